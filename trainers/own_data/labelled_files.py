"""Files as the examples of splits; the folder that one lies in is its label."""

import dataclasses
import pathlib
from collections.abc import Callable

from .places import Places
from .splits import HELD_OUT
from .splits import divided


@dataclasses.dataclass(frozen=True)
class LabelledFiles:
    """The files of every split.

    Attributes:
        files: Lists of paths, by split.
        labels: Lists of numbers, by split, or `None`.
        names: The label with each number.
    """

    files: dict[str, list[pathlib.Path]]
    labels: dict[str, list[int]] | None = None
    names: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """A sentence on the labels."""
        names = enumerate(self.names)
        return ", ".join(f"{number} = {name}" for number, name in names)


def labelled_files(
    places: Places,
    list_files: Callable[[pathlib.Path], list[pathlib.Path]],
    *,
    with_labels: bool,
    split_seed: int,
) -> LabelledFiles:
    """Returns the files at these places.

    Args:
        places: The folders.
        list_files: Returns the files in and below a folder, in any order.
        with_labels: Whether they have labels.
        split_seed: Seed of the choice of the files that are held out, where
            they are not given.

    Raises:
        ValueError: If a folder has no files, or the labels are wrong.
    """
    units = {
        split: _units(folder, list_files, with_labels)
        for split, folder in places.of_splits().items()
    }
    units |= divided(
        units["train"],
        [split for split in HELD_OUT if split not in units],
        seed=split_seed,
        labels=[label for _, label in units["train"]],
    )
    files = {s: [file for file, _ in pairs] for s, pairs in units.items()}
    if not with_labels:
        return LabelledFiles(files)
    names = {s: [name for _, name in pairs] for s, pairs in units.items()}
    numbers = _numbers(names)
    labels = {s: [numbers[name] for name in of] for s, of in names.items()}
    return LabelledFiles(files, labels, tuple(numbers))


def _units(folder, list_files, with_labels):
    """Returns pairs of a file and its label, by the order of their paths."""
    files = sorted(list_files(folder), key=lambda f: f.relative_to(folder))
    if not files:
        raise ValueError(f"{folder} holds no such files.")
    return [(f, _label(f, folder) if with_labels else "") for f in files]


def _label(file, folder):
    parts = file.relative_to(folder).parts
    if len(parts) < 2:
        raise ValueError(
            f"{file} must lie in a folder within {folder}: with --context "
            "labels, the name of that folder is the label."
        )
    return parts[0]


def _numbers(names):
    """Returns the numbers of labels, in the order of their names."""
    known = sorted(set(names["train"]))
    if len(known) < 2:
        raise ValueError(
            "--context labels needs at least two labels. There is only "
            f"{known[0]!r}."
        )
    for split, found in names.items():
        unknown = sorted(set(found) - set(known))
        if unknown:
            raise ValueError(
                "Every label must be in the training split. Received: "
                f"{', '.join(unknown)} in the {split} split alone"
            )
    return {name: number for number, name in enumerate(known)}
