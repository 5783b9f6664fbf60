"""Numbers in an `.npz` file: vectors, images or songs."""

import pathlib
from typing import Any
from typing import ClassVar

from .kind import Kind
from .places import Places
from .rows import rows_dataset
from .rows import rows_of_splits

_LENGTH_SUFFIX = "_len"


class ArraysFile(Kind):
    """Arrays of NumPy: a row, an image or a song for every example.

    `train` and, where there are such, `validation` and `test`; or a single
    array, under any name. Labels are `y_train` and so on. `[N, D]` are vectors,
    `[N, H, W]` and `[N, H, W, C]` images. Songs are the steps of all songs one
    after another, `[steps, notes]`, with the number of steps of each in
    `train_len`, `validation_len` and `test_len`.
    """

    name = "arrays"
    what = "an .npz file"
    options: ClassVar = {
        "image_size": None,
        "levels": None,
        "steps": None,
        "with_labels": False,
        "split_seed": 0,
    }

    def is_at(self, path: pathlib.Path) -> bool:
        return path.is_file() and path.suffix.lower() == ".npz"

    def load(
        self,
        places: Places,
        *,
        with_labels: bool,
        split_seed: int,
        steps: int | None,
        **options: Any,
    ) -> Any:
        events, labels, lengths = _read(places, with_labels)
        described: dict[str, Any] = {
            "name": places.name,
            "source": f"the arrays in {places.data}",
        }
        if lengths:
            if with_labels or any(v is not None for v in options.values()):
                raise ValueError(
                    "Songs (there is an array train_len) take --steps and "
                    "--split-seed alone."
                )
            return _songs(events, lengths, steps, split_seed, described)
        if steps is not None:
            raise ValueError(
                "--steps is for songs, which need an array train_len."
            )
        if with_labels and not labels.keys() >= events.keys():
            missing = ", ".join(f"y_{s}" for s in events if s not in labels)
            raise ValueError(
                f"--context labels needs labels of every split. There is no "
                f"{missing}."
            )
        return rows_dataset(
            events,
            labels if with_labels else None,
            split_seed=split_seed,
            **options,
            **described,
        )


def _read(places, with_labels):
    """Returns events, labels and lengths, each by split."""
    found = _read_file(places.data, with_labels)
    for split, path in places.of_splits().items():
        if split != "train":
            # A file of a single split may give it any name.
            parts = _read_file(path, with_labels)
            for whole, part in zip(found, parts, strict=True):
                whole.pop(split, None)
                whole |= {split: part["train"]} if "train" in part else {}
    return found


def _read_file(path, with_labels):
    from tf_autoregressive.datasets.array_files import ArrayArchive
    from tf_autoregressive.datasets.npz import read_npz
    from tf_autoregressive.datasets.packed import check_lengths

    events, labels = read_npz(path, with_labels=with_labels)
    names = {split: f"{split}{_LENGTH_SUFFIX}" for split in events}
    with ArrayArchive(path) as archive:
        there = [name for name in names.values() if name in archive.names]
        stored = archive.read(*there)
    lengths = {s: stored[name] for s, name in names.items() if name in stored}
    for split, each in lengths.items():
        check_lengths(
            path, names[split], each, len(events[split]), f"steps of {split}"
        )
    return events, labels, lengths


def _songs(events, lengths, steps, split_seed, described):
    import numpy as np

    from tf_autoregressive.datasets import from_songs

    songs = {}
    for split, rolls in events.items():
        if split not in lengths:
            raise ValueError(
                f"The songs of {split} must have lengths. There is no "
                f"{split}{_LENGTH_SUFFIX}."
            )
        songs[split] = np.split(rolls, np.cumsum(lengths[split])[:-1])
    chosen = rows_of_splits(songs, None, split_seed)
    return from_songs(
        {
            split: [songs[whole][row] for row in _indices(songs[whole], rows)]
            for split, (whole, rows) in chosen.items()
        },
        steps=steps,
        **described,
        notes="songs with their lengths",
    )


def _indices(songs, rows):
    return range(len(songs))[rows] if isinstance(rows, slice) else rows
