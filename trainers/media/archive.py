"""Files as events, for `tfar compress`, and events as files again."""

import itertools
import pathlib
import tempfile
from collections.abc import Iterable
from typing import Any

import numpy as np

from tf_autoregressive import files

from ..errors import UsageError
from ..sibling import exporter
from . import signals


class Rows:
    """Rows of an array, or images of a folder, read piece by piece.

    Args:
        rows: What `export.open_rows` returned.
        names: The names of the images, `None` for an array.
        dtype: Dtype of the array's values.
    """

    def __init__(self, rows: Any, names: list[str] | None, dtype: Any) -> None:
        self._rows = rows
        kind = "array" if names is None else "images"
        self.about = {
            "kind": kind,
            "dtype": str(dtype),
            "files": names,
            "count": len(rows),
        }

    def __len__(self):
        return len(self._rows)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns the events from `start` to `stop`."""
        return self._rows.read(start, stop)

    def close(self) -> None:
        """Closes the file."""
        self._rows.close()


def opened(
    path: pathlib.Path, model: Any, rate: int | None, key: str = "x"
) -> "Rows | signals.Signals":
    """Returns `Rows`, or `signals.Signals`, of a file or a folder.

    Args:
        path: What `--input` named.
        model: The model whose events they are.
        rate: Samples a second of the model's sound, or `None`.
        key: Name of the array in an `.npz` file.

    Raises:
        UsageError: If the files cannot be given back as they are.
    """
    from tf_autoregressive.datasets import table_file

    if not path.exists():
        raise UsageError(f"--input: there is no {path}.")
    if getattr(model, "vocabulary", None) is not None:
        return _texts(path, model)
    if rate is not None:
        return _sounds(path, model, rate)
    if path.suffix.lower() in table_file.SUFFIXES:
        raise UsageError(
            "--input must be a folder of images, an .npz or an .npy file for "
            f"{type(model).__name__} of events {model.event_shape}. Tables are "
            f"not compressed. Received: {path}"
        )
    rows = exporter().open_rows(
        path, key, model.event_shape, num_levels=model.num_levels
    )
    if path.is_dir():
        names = [file.relative_to(path).as_posix() for file in rows.files]
        return Rows(rows, names, "uint8")
    return Rows(rows, None, rows.dtype)


def _found(path, suffix):
    """Returns `(name, path)` of one file, or of those in a folder."""
    if path.is_file():
        return [(path.name, path)]
    found = [
        (file.relative_to(path).as_posix(), file)
        for file in sorted(path.rglob(f"*{suffix}"))
        if file.is_file()
    ]
    if not found:
        raise UsageError(f"--input: {path} holds no {suffix} files.")
    return found


def _texts(path, model):
    return signals.Signals(
        "text",
        _found(path, ".txt"),
        lambda file: signals.pieces_of_text(file, model),
    )


def _sounds(path, model, rate):
    if model.num_levels != 65536:
        raise UsageError(
            f"The model has {model.num_levels} levels of mu-law, which lose "
            "part of a sound. Sounds come back from models of 65,536 levels."
        )
    return signals.Signals(
        "sound",
        _found(path, ".wav"),
        lambda file: signals.pieces_of_sound(file, rate),
        rate,
    )


def restored(
    about: dict, blocks: Iterable[list], model: Any, output: pathlib.Path
) -> None:
    """Writes the files of an archive.

    Where blocks are missing, an array and a folder of images are shorter, a
    sound is silent, and a text has a U+FFFD for each character.

    Args:
        about: What `Rows` or `Signals` had as `about`.
        blocks: An iterator over blocks, each a list of `(start, values)`: the
            index of the first event or step, and what follows from it on.
        model: The model.
        output: A new folder for several files, else a file.
    """
    kind = about["kind"]
    if kind == "array":
        return _restore_array(about, blocks, model, output)
    if kind == "images":
        return _restore_images(about, blocks, model, output)
    return _restore_signals(about, blocks, model, output)


def _restore_array(about, blocks, model, output):
    with files.replacing(output) as temporary, open(temporary, "wb") as file:
        _write_array_header(file, about, about["count"], model)
        num_events = 0
        for _, events in itertools.chain.from_iterable(blocks):
            file.write(events.astype(about["dtype"]).tobytes())
            num_events += len(events)
        # There may be fewer than there were. NumPy's header has the same
        # size for any length of the first axis.
        file.seek(0)
        _write_array_header(file, about, num_events, model)


def _write_array_header(file, about, num_events, model):
    header = {
        "descr": np.dtype(about["dtype"]).str,
        "fortran_order": False,
        "shape": (num_events, *model.event_shape),
    }
    np.lib.format.write_array_header_1_0(file, header)


def _restore_images(about, blocks, model, output):
    names = iter(about["files"])
    for _, events in itertools.chain.from_iterable(blocks):
        for levels, name in zip(events, names, strict=False):
            path = _inside(output, f"{name.removesuffix('.png')}.png")
            with files.replacing(path) as temporary:
                _image(levels, model.num_levels).save(temporary)


def _image(levels, num_levels):
    """Returns a `PIL.Image` of levels `[H, W, C]`, of which 2 or 256 exist."""
    import PIL.Image

    pixels = (levels * (255 // (num_levels - 1))).astype("uint8")
    return PIL.Image.fromarray(
        pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    )


def _restore_signals(about, blocks, model, output):
    is_one = len(about["files"]) == 1
    with tempfile.TemporaryFile() as spool:
        sink = signals.Sink(about, spool)
        for start, values in itertools.chain.from_iterable(blocks):
            # Events are windows of the sequence.
            steps = values.shape[1] if values.ndim > 1 else 1
            sink.put(start * steps, values)
        sink.write(
            model, lambda name: output if is_one else _inside(output, name)
        )


def _inside(folder, name):
    """Returns a path in a folder, which a name must not lead out of."""
    path = pathlib.PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise UsageError(
            f"The data name a file outside of the folder: {name!r}."
        )
    path = folder / path
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
