"""Music as piano rolls: which notes sound at each step.

Shapes: S steps of a song, T steps of an event, N notes.
"""

import pathlib

import numpy as np

from tf_autoregressive.datasets.arrays import from_arrays

_FILE_NAME = "polyphonic_music.npz"
_NUM_NOTES = 88

# By name: what its keys in the file begin with, and where it is from.
MUSIC_SETS = {
    "jsb_chorales": ("jsb", "J. S. Bach's chorales (Allan & Williams 2005)"),
    "nottingham": ("nottingham", "the Nottingham folk tunes"),
    "muse_data": ("muse", "MuseData (CCARH)"),
    "piano_midi": ("piano_midi", "Piano-midi.de"),
}
_SPLITS = {"train": "train", "validation": "valid", "test": "test"}


def from_songs(songs, *, steps=None, name="music", **described):
    """Makes a dataset of songs of different length.

    Each example is a pair `(roll, length)`: the song followed by zeros, uint8
    `[T, N]`, and its number of steps, int32, as models with `variable_length`
    take it for their context.

    Args:
        songs: Dict from "train", "validation" and "test" to lists of songs,
            each zeros and ones `[S, N]`.
        steps: `T`; `None` for the longest song of all. Longer songs are cut
            into pieces of `T` steps, the last one shorter, which count as
            songs of their own: a model does not see the piece before.
        name: Name of the dataset in its `info`.
        **described: More fields of `DatasetInfo`: `source`, `licence`,
            `notes`.

    Returns:
        A `Dataset` with `event_shape=(T, N)`.

    Raises:
        ValueError: If `steps` is not positive, a split has no song, a song has
            no step, or its values are not 0 and 1 or not as many a step as
            those of the others.

    Example:
        >>> song = np.eye(3, 4, dtype="uint8")
        >>> data = from_songs({"train": [song, song[:1]]})
        >>> [int(length) for _, length in data.train], data.info.event_shape
        ([3, 1], (3, 4))
    """
    songs = {split: list(map(np.asarray, songs[split])) for split in songs}
    every = [song for split in songs.values() for song in split]
    _check_songs(songs, every)
    lengths = list(map(len, every))
    if steps is None:
        steps = max(lengths)
    if steps < 1 or min(lengths) < 1:
        raise ValueError(
            "`steps` and the length of every song must be at least 1. "
            f"Received: steps={steps}, a shortest song of {min(lengths)}"
        )
    pieces = {split: _pieces(songs[split], steps) for split in songs}
    return from_arrays(
        **{split: _padded(pieces[split], steps) for split in songs},
        name=name,
        num_levels=2,
        labels={split: list(map(len, pieces[split])) for split in songs},
        **described,
    )


def _check_songs(songs, every):
    if not all(songs.values()) or not every:
        raise ValueError("`songs` must have at least one song in each split.")
    for song in every:
        if song.ndim != 2 or song.shape[1:] != every[0].shape[1:]:
            raise ValueError(
                "`songs` must have the same number of notes at every step, "
                f"[S, N]. Received shapes {song.shape}, {every[0].shape}"
            )
        if not np.isin(song, (0, 1)).all():
            raise ValueError(
                "`songs` must hold zeros and ones. Received values from "
                f"{song.min()} to {song.max()}"
            )


def load_music(name, *, data_dir=None, with_labels=False, steps=None):
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
        ValueError: If labels are asked for, or the file is not what it
            should be.

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
    with np.load(path) as file:
        songs = {
            split: _songs(file, f"{prefix}_{key}")
            for split, key in _SPLITS.items()
        }
    notes = "whole songs"
    if steps is not None:
        notes = f"songs longer than {steps} steps cut into pieces"
    return from_songs(
        songs,
        steps=steps,
        name=name,
        source=f"{origin}, from the file {_FILE_NAME}",
        notes=f"{notes}; the second part of an example is its length",
    )


def _songs(file, key):
    """Returns the songs `[S, 88]` of a split."""
    missing = {key, f"{key}_len"} - set(file)
    if missing:
        raise ValueError(
            f"{_FILE_NAME} must hold {key} and {key}_len. Received a file "
            f"without {', '.join(sorted(missing))}"
        )
    packed, lengths = file[key], file[f"{key}_len"]
    if packed.shape != (lengths.sum(), -(-_NUM_NOTES // 8)):
        raise ValueError(
            f"`{key}` must have shape [{lengths.sum()}, 11]: the bits of the "
            f"steps that `{key}_len` adds up to. Received: {packed.shape}"
        )
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
