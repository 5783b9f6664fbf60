"""The kinds of data, and a way to find the one at a path."""

import pathlib

from ..errors import UsageError
from .arrays_file import ArraysFile
from .image_folder import ImageFolder
from .kind import Kind
from .places import Places
from .record_files import RecordFiles
from .table_file import TableFile
from .text_file import TextFile
from .wav_folder import WavFolder

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        ImageFolder(),
        WavFolder(),
        ArraysFile(),
        RecordFiles(),
        TableFile(),
        # It comes last, because it takes the files that are none of the others.
        TextFile(),
    )
}

_HELP = (
    "--data takes a folder of images, a folder of .wav files, a text file, a "
    "table in a .csv or .parquet file, an .npz file, or .tfrecord files."
)


def kind_of(places: Places) -> Kind:
    """Returns the kind of the data at these places.

    Raises:
        UsageError: If there is none, or more than one.
    """
    kinds = {s: kind_at(path) for s, path in places.of_splits().items()}
    for split, kind in kinds.items():
        if kind is not kinds["train"]:
            raise UsageError(
                f"--{split} must be of the same kind as --data, which is "
                f"{kinds['train'].what}. Received: {kind.what}"
            )
    return kinds["train"]


def kind_at(path: pathlib.Path) -> Kind:
    """Returns the kind of data at a path.

    Raises:
        UsageError: If there is none, or more than one.
    """
    found = [kind for kind in KINDS.values() if kind.is_at(path)]
    if len(found) > 1:
        kinds = " and ".join(kind.what for kind in found)
        raise UsageError(
            f"--data {path} is {kinds} at once. Put one of them elsewhere."
        )
    if not found:
        raise UsageError(f"--data {path} {_what_it_is(path)}. {_HELP}")
    return found[0]


def _what_it_is(path: pathlib.Path) -> str:
    if not path.is_dir():
        return f"is a {path.suffix} file"
    suffixes = sorted({p.suffix for p in path.rglob("*") if p.is_file()})
    if not suffixes:
        return "is an empty folder"
    kinds = ", ".join(suffix or "no suffix" for suffix in suffixes[:5])
    return f"is a folder of none of these: its files have {kinds}"
