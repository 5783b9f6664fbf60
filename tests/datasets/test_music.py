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
    with pytest.raises(ValueError, match="must be an integer of at least 1"):
        from_songs({"train": songs(rng, [3])}, steps=0)


@pytest.mark.parametrize(
    ("length", "message"),
    [
        ([4, 8], r"add up to the 13 steps of `jsb_test`.*`jsb_test_len`.*12"),
        ([4, 10], r"add up to the 13 .*Received: 14"),
        (
            [14, -1],
            r"lengths from 1 to 13 as `jsb_test_len`.*14 at 0",
        ),
        ([13, 0], r"Received: 0 at 1"),
        ([4.0, 9.0], r"one integer a sequence.*dtype=float64"),
        ([[4, 9]], r"one integer a sequence.*shape=\(1, 2\)"),
        (
            np.array([2**63, 13], "uint64"),
            r"9223372036854775808 at 0",
        ),
    ],
)
def test_lengths_are_compared_with_the_steps(music, length, message):
    _, folder = music
    path = folder / "polyphonic_music.npz"
    with np.load(path) as file:
        arrays = {**file, "jsb_test_len": np.array(length)}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=rf"polyphonic_music\.npz.*{message}"):
        load("jsb_chorales", data_dir=folder)


@pytest.mark.parametrize(
    ("packed", "message"),
    [
        (np.zeros((13, 11), "int32"), "dtype=int32"),
        (np.zeros((13, 12), "uint8"), r"shape=\(13, 12\)"),
        (np.zeros(13, "uint8"), r"shape=\(13,\)"),
    ],
)
def test_packed_steps_are_checked(music, packed, message):
    _, folder = music
    path = folder / "polyphonic_music.npz"
    with np.load(path) as file:
        arrays = {**file, "jsb_test": packed}
    np.savez(path, **arrays)
    with pytest.raises(ValueError, match=rf"`jsb_test` as uint8.*{message}"):
        load("jsb_chorales", data_dir=folder)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (np.full((2, 3), 0.7), "hold zeros and ones"),
        (np.full((2, 3), 256), "hold zeros and ones.*from 256 to 256"),
        (np.full((2, 3), "a"), "hold zeros and ones.*dtype=<U1"),
        (np.ma.masked_equal(np.zeros((2, 3)), 0), "have no masked values"),
        (np.zeros((2, 1), "uint8"), "have the same number of notes"),
        (np.zeros(3, "uint8"), r"shape=\(3,\)"),
        (np.zeros((0, 3), "uint8"), r"shape \[S, N\].*shape=\(0, 3\)"),
    ],
)
def test_every_song_is_checked_and_named(wrong, message):
    song = np.ones((2, 3), "uint8")
    name = r"`songs\['test'\]\[1\]`"
    with pytest.raises(ValueError, match=f"{name} must .*{message}"):
        from_songs({"train": [song], "test": [song, wrong]})


@pytest.mark.parametrize(
    ("songs", "message"),
    [
        ([], r'must be a dict with "train".*\[\]|list'),
        ({}, 'must be a dict with "train"'),
        ({"train": []}, "at least one song in each split.*none in train"),
        ({"train": [np.ones((1, 1))], "valid": []}, "'train', 'valid'"),
    ],
)
def test_splits_have_songs(songs, message):
    with pytest.raises(ValueError, match=message):
        from_songs(songs)


def test_padding_takes_no_more_than_songs_may(monkeypatch):
    """A long song and many short ones, which would be filled up to it."""
    monkeypatch.setattr(
        "tf_autoregressive.datasets.reading._ALWAYS_ALLOWED", 10**6
    )
    short, long = np.ones((1, 88), "uint8"), np.ones((300, 88), "uint8")
    songs = {"train": [short] * 300 + [long]}
    with pytest.raises(ValueError, match=r"`steps`, would take 0\.024"):
        from_songs(songs)
    data = from_songs(songs, steps=10)
    assert data.info.split_sizes == {"train": 330}


def test_what_a_file_lacks_is_said(music):
    _, folder = music
    with pytest.raises(ValueError, match="without nottingham_test"):
        load("nottingham", data_dir=folder)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04 cut"])
def test_a_damaged_file_is_refused(tmp_path, content):
    path = tmp_path / "polyphonic_music.npz"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"polyphonic_music\.npz is damaged"):
        load("jsb_chorales", data_dir=tmp_path)
