"""Files as events, for `tfar compress`, and events as files again.

Texts and sounds are cut into events from the first to the last value of all
files; the last event is filled up with zeros.
"""

import pathlib
import typing
import wave

import numpy as np

from tf_autoregressive import files

from ..errors import UsageError
from ..sibling import exporter


class Values(typing.NamedTuple):
    """One file of a text or a sound.

    Attributes:
        name: Path below the folder.
        values: int `[steps]`.
    """

    name: str
    values: np.ndarray


class Signals:
    """Texts, or sounds of 16 bits, as windows of the length of an event.

    Args:
        kind: "text" or "sound".
        files: A `Values` for each file.
        num_steps: Length of an event.
        rate: Samples a second of sounds, `None` for texts.
    """

    def __init__(self, kind, files, num_steps, rate=None):
        self.about = {
            "kind": kind,
            "files": [[file.name, len(file.values)] for file in files],
            "rate": rate,
        }
        joined = np.concatenate([file.values for file in files])
        if not len(joined):
            raise UsageError("--input: there is nothing to compress in it.")
        missing = -len(joined) % num_steps
        self._events = np.pad(joined, (0, missing)).reshape(-1, num_steps)

    def __len__(self):
        return len(self._events)

    def read(self, start, stop):
        """Returns the events from `start` to `stop`."""
        return self._events[start:stop]


class Rows:
    """Rows of an array, or images of a folder, read piece by piece.

    Args:
        rows: What `export.open_rows` returned.
        names: The names of the images, `None` for an array.
        dtype: Dtype of the array's values.
    """

    def __init__(self, rows, names, dtype):
        self._rows = rows
        kind = "array" if names is None else "images"
        self.about = {"kind": kind, "dtype": str(dtype), "files": names}
        self.about["count"] = len(rows)

    def __len__(self):
        return len(self._rows)

    def read(self, start, stop):
        """Returns the events from `start` to `stop`."""
        return self._rows.read(start, stop)


def opened(path: pathlib.Path, model, rate, key: str = "x"):
    """Returns `Rows` or `Signals` of a file or a folder.

    Args:
        path: What `--input` named.
        model: The model whose events they are.
        rate: Samples a second of the model's sound, or `None`.
        key: Name of the array in an `.npz` file.

    Raises:
        UsageError: If the files cannot be given back as they are.
    """
    if not path.exists():
        raise UsageError(f"--input: there is no {path}.")
    if getattr(model, "vocabulary", None) is not None:
        return Signals("text", _texts(path, model), model.event_shape[0])
    if rate is not None:
        return Signals(
            "sound", _sounds(path, model, rate), *model.event_shape, rate
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
    texts = []
    for name, file in _found(path, ".txt"):
        try:
            text = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise UsageError(f"--input: {file} is not UTF-8 text.") from error
        numbers = np.asarray(model.encode(text), "int32")
        if model.decode(numbers) != text:
            raise UsageError(
                f"--input: {file} has characters that the model does not know, "
                "and so cannot give back."
            )
        texts.append(Values(name, numbers))
    return texts


def _sounds(path, model, rate):
    if model.num_levels != 65536:
        raise UsageError(
            f"The model has {model.num_levels} levels of mu-law, which lose "
            "part of a sound. Sounds come back from models of 65,536 levels."
        )
    return [_sound(name, file, rate) for name, file in _found(path, ".wav")]


def _sound(name, file, rate):
    try:
        with wave.open(str(file)) as sound:
            form = sound.getnchannels(), sound.getsampwidth()
            own_rate = sound.getframerate()
            frames = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise UsageError(
            f"--input: {file} is not a wav file ({error})."
        ) from None
    if (*form, own_rate) != (1, 2, rate):
        raise UsageError(
            f"--input: {file} must have one channel, 16 bits and {rate} "
            f"samples a second. Received: {form[0]} channels, {8 * form[1]} "
            f"bits, {own_rate} samples a second"
        )
    return Values(name, np.frombuffer(frames, "<i2").astype("int32") + 32768)


def restored(about: dict, blocks, model, output: pathlib.Path):
    """Writes the files of an archive.

    Args:
        about: What `Rows` or `Signals` had as `about`.
        blocks: An iterator over the events of blocks.
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
    with files.replacing(output) as temporary:
        shape = (about["count"], *model.event_shape)
        with open(temporary, "wb") as file:
            header = {"descr": np.dtype(about["dtype"]).str}
            header |= {"fortran_order": False, "shape": shape}
            np.lib.format.write_array_header_1_0(file, header)
            for events in blocks:
                file.write(events.astype(about["dtype"]).tobytes())


def _restore_images(about, blocks, model, output):
    names = iter(about["files"])
    for events in blocks:
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
    values, rest = np.zeros(0, "int32"), list(about["files"])
    for events in blocks:
        values = np.concatenate([values, events.reshape(-1)])
        while rest and len(values) >= rest[0][1]:
            name, length = rest.pop(0)
            path = output if len(about["files"]) == 1 else _inside(output, name)
            with files.replacing(path) as temporary:
                _write_signal(temporary, values[:length], about, model)
            values = values[length:]


def _write_signal(path, values, about, model):
    if about["kind"] == "text":
        path.write_bytes(model.decode(values).encode("utf-8"))
        return
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(about["rate"])
        file.writeframes((values - 32768).astype("<i2").tobytes())


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
