"""The binary sets of the NADE and MADE papers, from a folder of `.npz` files.

Their licences or sizes keep them out of the package; `npz.py` says how the
files are laid out.
"""

import dataclasses
import pathlib

from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.npz import from_npz
from tf_autoregressive.types import Path

_MLPYTHON = (
    "the files that the modules mlpython.datasets of H. Larochelle's MLPython "
    "download"
)


@dataclasses.dataclass(frozen=True)
class _BinaryFile:
    event_shape: tuple[int, ...]
    origin: str
    licence: str = "not stated"
    published_as: str = _MLPYTHON
    file_name: str | None = None
    notes: str = ""


BINARY_FILES = {
    "adult": _BinaryFile((123,), "UCI Adult", "CC BY 4.0"),
    "connect4": _BinaryFile((126,), "UCI Connect-4", "CC BY 4.0"),
    "dna": _BinaryFile((180,), "UCI splice junctions", "CC BY 4.0"),
    "mushrooms": _BinaryFile((112,), "UCI Mushroom", "CC BY 4.0"),
    "nips_0_12": _BinaryFile((500,), "S. Roweis' NIPS 0-12 words"),
    "ocr_letters": _BinaryFile((128,), "R. Kassel's OCR letters"),
    "caltech101_silhouettes": _BinaryFile(
        (28, 28, 1),
        "Caltech 101 Silhouettes (Marlin et al. 2010)",
        published_as="B. Marlin's caltech101_silhouettes_28_split1.mat",
        file_name="caltech101_silhouettes_28.npz",
        notes="As published, the object is 0 on a background of 1.",
    ),
}


def load_binary_file(
    name: str, *, data_dir: Path | None = None, with_labels: bool = False
) -> Dataset:
    """Loads one of `BINARY_FILES`.

    Args:
        name: Its name.
        data_dir: Folder that holds the file.
        with_labels: Whether the splits yield `(example, label)`.

    Returns:
        A `Dataset`, with the splits that the file has: those of the papers if
        the file was made from the papers' files.

    Raises:
        FileNotFoundError: If `data_dir` is None or does not hold the file.
        ValueError: If the file is not this set, or has no labels though they
            are asked for.
    """
    spec = BINARY_FILES[name]
    file_name = spec.file_name or f"{name}.npz"
    path = pathlib.Path(data_dir or ".") / file_name
    if data_dir is None or not path.is_file():
        raise FileNotFoundError(
            f"{name!r} is read from a file {file_name} in the folder "
            f"`data_dir`. Received: data_dir={str(data_dir)!r}, which has no "
            "such file. Write it with numpy.savez(path, train=..., valid=..., "
            f"test=...) from {spec.published_as}: arrays of 0 and 1, one row "
            f"of {spec.event_shape} an example."
        )
    return from_npz(
        path,
        name=name,
        num_levels=2,
        event_shape=spec.event_shape,
        with_labels=with_labels,
        source=f"{spec.origin}, from the file {file_name}",
        licence=spec.licence,
        notes=spec.notes,
    )
