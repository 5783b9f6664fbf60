"""Songs of different length as piano rolls of one."""

import numpy as np
import pytest

from tf_autoregressive.datasets import from_songs
from tf_autoregressive.datasets import load

LENGTHS = {"train": [5, 2, 7], "valid": [3], "test": [4, 9]}


def songs(rng, lengths):
    return [rng.integers(2, size=(n, 88)).astype("uint8") for n in lengths]


@pytest.fixture
def music(rng, tmp_path):
    """Returns the songs of a file by split, and its folder."""
    parts = {split: songs(rng, counts) for split, counts in LENGTHS.items()}
    arrays = {}
    for split, rolls in parts.items():
        packed = np.packbits(np.concatenate(rolls), axis=1)
        arrays[f"jsb_{split}"] = packed
        arrays[f"jsb_{split}_len"] = np.array(LENGTHS[split], "int32")
    np.savez(tmp_path / "polyphonic_music.npz", **arrays)
    return parts, tmp_path


def test_songs_are_padded_with_silence(music):
    parts, folder = music
    data = load("jsb_chorales", data_dir=folder)
    assert data.info.event_shape == (9, 88)
    assert data.info.split_sizes == {"train": 3, "validation": 1, "test": 2}
    for split, rolls in (
        (data.train, parts["train"]),
        (data.validation, parts["valid"]),
        (data.test, parts["test"]),
    ):
        pairs = zip(split.as_numpy_iterator(), rolls, strict=True)
        for (roll, length), song in pairs:
            assert (roll.dtype, length) == ("uint8", len(song))
            np.testing.assert_array_equal(roll[:length], song)
            np.testing.assert_array_equal(roll[length:], 0)


def test_long_songs_are_cut_into_pieces(music):
    parts, folder = music
    data = load("jsb_chorales", data_dir=folder, steps=4)
    rolls, lengths = zip(*data.train.as_numpy_iterator(), strict=True)
    assert [int(length) for length in lengths] == [4, 1, 2, 4, 3]
    pieces = [r[:n] for r, n in zip(rolls, lengths, strict=True)]
    np.testing.assert_array_equal(
        np.concatenate(pieces), np.concatenate(parts["train"])
    )
    assert "pieces" in data.info.notes


def test_what_is_wrong_is_said(music, rng, tmp_path):
    _, folder = music
    with pytest.raises(FileNotFoundError, match=r"polyphonic_music\.npz"):
        load("nottingham")
    with pytest.raises(ValueError, match="songs have no labels"):
        load("jsb_chorales", data_dir=folder, with_labels=True)
    with pytest.raises(ValueError, match="must be at least 1"):
        from_songs({"train": songs(rng, [3])}, steps=0)
    with pytest.raises(ValueError, match="a shortest song of 0"):
        from_songs({"train": songs(rng, [3, 0])})
    path = folder / "polyphonic_music.npz"
    with np.load(path) as file:
        arrays = {**file, "jsb_test_len": np.array([4, 8])}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=r"must have shape \[12, 11\]"):
        load("jsb_chorales", data_dir=folder)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.full((2, 3), 0.7), "`songs` must hold zeros and ones"),
        (np.full((2, 3), 256), "`songs` must hold zeros and ones"),
        (np.zeros((2, 1), "uint8"), "the same number of notes"),
        (np.zeros(3, "uint8"), "the same number of notes"),
    ],
)
def test_every_song_is_checked(wrong, message):
    song = np.ones((2, 3), "uint8")
    with pytest.raises(ValueError, match=message):
        from_songs({"train": [song, wrong]})


@pytest.mark.parametrize("songs", [{}, {"train": []}])
def test_splits_have_songs(songs):
    with pytest.raises(ValueError, match="at least one song in each split"):
        from_songs(songs)


def test_what_a_file_lacks_is_said(music):
    _, folder = music
    with pytest.raises(ValueError, match="without nottingham_train"):
        load("nottingham", data_dir=folder)
