"""Music as piano rolls, which say for each step which notes sound.

Shapes: S steps of a song, T steps of an event, N notes.
"""

import pathlib
from typing import Any

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.datasets.array_files import ArrayArchive
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.packed import check_lengths
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import check_memory
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.datasets.splits import checked_splits
from tf_autoregressive.types import Path

_FILE_NAME = "polyphonic_music.npz"
_NUM_NOTES = 88
# Bytes for each value of a padded song: one itself, one for its copy in
# TensorFlow, and one to spare.
_BYTES_OF_A_NOTE = 3
# Bytes that a value of a song may need, padding included: `_check_padding`
# allows no more.
_TIMES_PADDED = 10

# For each name, the prefix of its keys in the file, and its source.
MUSIC_SETS = {
    "jsb_chorales": ("jsb", "J. S. Bach's chorales (Allan & Williams 2005)"),
    "nottingham": ("nottingham", "the Nottingham folk tunes"),
    "muse_data": ("muse", "MuseData (CCARH)"),
    "piano_midi": ("piano_midi", "Piano-midi.de"),
}
_SPLITS = {"train": "train", "validation": "valid", "test": "test"}


def from_songs(
    songs: Any,
    *,
    steps: int | None = None,
    name: str = "music",
    **described: Any,
) -> Dataset:
    """Makes a dataset of songs of different length.

    Each example is a pair `(roll, length)`: the song followed by zeros, uint8
    `[T, N]`, and its number of steps, int32, as models with `variable_length`
    take it for their context.

    Args:
        songs: Dict from "train" and, where there are such, "validation" and
            "test" to lists of songs, each zeros and ones `[S, N]`.
        steps: `T`; `None` for the longest song of all. Longer songs are cut
            into pieces of `T` steps, the last one shorter, which count as
            songs of their own: a model does not see the piece before.
        name: Name of the dataset in its `info`.
        **described: More fields of `DatasetInfo`: `source`, `licence`,
            `notes`.

    Returns:
        A `Dataset` with `event_shape=(T, N)`.

    Raises:
        ValueError: If `steps` is not positive, a split is misspelt or has no
            song, a song has no step, or its values are not 0 and 1 or not as
            many a step as those of the others, or if the padding would take
            far more memory than the songs: then choose `steps`.

    Example:
        >>> song = np.eye(3, 4, dtype="uint8")
        >>> data = from_songs({"train": [song, song[:1]]})
        >>> [int(length) for _, length in data.train], data.info.event_shape
        ([3, 1], (3, 4))
    """
    songs = _checked_songs(checked_splits("songs", songs))
    every = [song for split in songs.values() for song in split]
    if steps is None:
        steps = max(map(len, every))
    steps = checked_count("steps", steps)
    pieces = {split: _pieces(songs[split], steps) for split in songs}
    _check_padding(every, sum(map(len, pieces.values())), steps)
    return from_arrays(
        **{split: _padded(pieces[split], steps) for split in songs},
        name=name,
        num_levels=2,
        labels={split: list(map(len, pieces[split])) for split in songs},
        **described,
    )


def _checked_songs(songs):
    """Returns the songs as arrays, and checks each."""
    checked = {}
    num_notes = None
    for split, rolls in songs.items():
        if not len(rolls):
            raise ValueError(
                "`songs` must have at least one song in each split. Received: "
                f"none in {split}"
            )
        checked[split] = []
        for number, roll in enumerate(rolls):
            name = f"songs[{split!r}][{number}]"
            song = plain_array(name, roll)
            _check_song(name, song, num_notes)
            num_notes = song.shape[1]
            checked[split].append(song)
    return checked


def _check_song(name, song, num_notes):
    if song.ndim != 2 or not song.size:
        raise ValueError(
            f"`{name}` must have shape [S, N], S and N at least 1. Received: "
            f"shape={song.shape}"
        )
    if num_notes not in (None, song.shape[1]):
        raise ValueError(
            f"`{name}` must have the same number of notes at every step as the "
            f"songs before it, {num_notes}. Received: shape={song.shape}"
        )
    if song.dtype.kind not in "buif":
        raise ValueError(
            f"`{name}` must hold zeros and ones. Received: dtype={song.dtype}"
        )
    if not ((song == 0) | (song == 1)).all():
        raise ValueError(
            f"`{name}` must hold zeros and ones. Received values from "
            f"{song.min()} to {song.max()}"
        )


def _check_padding(songs, num_pieces, steps):
    """Checks the memory of short songs, padded to the length of a long one."""
    num_notes = songs[0].shape[1]
    check_memory(
        "`songs`, padded to `steps`,",
        num_pieces * steps * num_notes * _BYTES_OF_A_NOTE,
        # The songs count as much as a file of their bits.
        sum(song.size for song in songs) // 8,
    )


def load_music(
    name: str,
    *,
    data_dir: Path | None = None,
    with_labels: bool = False,
    steps: int | None = None,
) -> Dataset:
    """Loads one of `MUSIC_SETS`, with the splits of the paper [1].

    Args:
        name: Its name.
        data_dir: Folder that holds `polyphonic_music.npz`: for each set and
            split the bits of all steps of all songs, packed, uint8
            `[steps, 11]`, as `jsb_train`, and the steps of each song as
            `jsb_train_len`.
        with_labels: Must be False: the lengths come by themselves.
        steps: As `from_songs` takes it.

    Returns:
        A `Dataset` of pairs `(roll, length)`; see `from_songs`. A roll has 88
        notes, from the lowest of a piano on.

    Raises:
        FileNotFoundError: If `data_dir` does not hold the file.
        ValueError: If labels are asked for, or the file does not hold such
            songs.

    References:
        [1] Boulanger-Lewandowski, Bengio and Vincent, "Modeling Temporal
            Dependencies in High-Dimensional Sequences", 2012.
            https://arxiv.org/abs/1206.6392
    """
    if with_labels:
        raise ValueError(
            "`with_labels` must be False: songs have no labels. Their lengths "
            "are always there."
        )
    path = pathlib.Path(data_dir or ".") / _FILE_NAME
    if data_dir is None or not path.is_file():
        raise FileNotFoundError(
            f"{name!r} is read from a file {_FILE_NAME} in the folder "
            f"`data_dir`. Received: data_dir={str(data_dir)!r}, which has no "
            "such file. Write it with numpy.savez from the piano rolls of N. "
            "Boulanger-Lewandowski: jsb_train=numpy.packbits(steps, axis=1), "
            "jsb_train_len=..., and so on for valid and test."
        )
    prefix, origin = MUSIC_SETS[name]
    songs = _stored_songs(path, prefix)
    notes = "whole songs"
    if steps is not None:
        notes = f"songs longer than {steps} steps cut into pieces"
    with naming(path):
        return from_songs(
            songs,
            steps=steps,
            name=name,
            source=f"{origin}, from the file {_FILE_NAME}",
            notes=f"{notes}; the second part of an example is its length",
        )


def _stored_songs(path, prefix):
    """Returns the songs `[S, 88]` of each split."""
    keys = [f"{prefix}_{key}" for key in _SPLITS.values()]
    keys += [f"{key}_len" for key in keys]
    with ArrayArchive(path) as archive:
        missing = set(keys) - set(archive.names)
        if missing:
            raise FileError(
                f"{path} must hold {', '.join(keys)}. Received a file without "
                f"{', '.join(sorted(missing))}"
            )
        stored = archive.read(*keys)
    # All splits are counted together: a single array says little of the memory.
    num_steps = sum(len(stored[key]) for key in keys if stored[key].ndim == 2)
    check_memory(path, num_steps * _NUM_NOTES * _TIMES_PADDED)
    return {
        split: _songs(path, f"{prefix}_{key}", stored)
        for split, key in _SPLITS.items()
    }


def _songs(path, key, stored):
    packed, lengths = stored[key], stored[f"{key}_len"]
    width = -(-_NUM_NOTES // 8)
    if packed.ndim != 2 or packed.shape[1] != width or packed.dtype != np.uint8:
        raise FileError(
            f"{path} must hold `{key}` as uint8 [steps, {width}]: the bits of "
            f"all steps. Received: shape={packed.shape}, dtype={packed.dtype}"
        )
    check_lengths(path, f"{key}_len", lengths, len(packed), f"steps of `{key}`")
    steps = np.unpackbits(packed, axis=1, count=_NUM_NOTES)
    return np.split(steps, np.cumsum(lengths)[:-1])


def _pieces(songs, steps):
    return [
        song[start : start + steps]
        for song in songs
        for start in range(0, len(song), steps)
    ]


def _padded(songs, steps):
    """Returns `[N, T, notes]`: songs, and zeros behind them."""
    rolls = np.zeros((len(songs), steps, *songs[0].shape[1:]), "uint8")
    for roll, song in zip(rolls, songs, strict=True):
        roll[: len(song)] = song
    return rolls
