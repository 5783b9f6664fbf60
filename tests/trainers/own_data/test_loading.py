"""The datasets that each kind of data becomes."""

import io

import numpy as np
import PIL.Image
import pytest

from tests.trainers.own_data.conftest import data_at
from tests.trainers.own_data.conftest import values
from tests.trainers.own_data.conftest import write_image
from tests.trainers.own_data.conftest import write_wav
from trainers.own_data.medium import medium


def test_photos_of_all_sizes_become_images_of_one(photos):
    data = data_at(photos, image_size=(4, 6))
    assert data.info.event_shape == (4, 6, 3)
    assert data.info.num_levels == 256
    assert data.info.split_sizes == {"train": 8, "validation": 2, "test": 2}
    assert "of 9 x 7 to 14 x 7 pixels" in data.info.notes
    # Every picture is of one colour, (n, 0, 255 - n).
    for image in values(data.train):
        assert len(np.unique(image.reshape(-1, 3), axis=0)) == 1
        assert image[0, 0, 0] + image[0, 0, 2] == 255


def test_folders_are_labels(photos):
    data = data_at(photos, image_size=4, with_labels=True)
    assert data.info.notes.endswith("labels: 0 = cats, 1 = dogs")
    for image, label in values(data.train):
        letter = ord("ab"[label])
        assert image[0, 0, 0] in [letter + ord(str(n)) for n in range(6)]


def test_levels_are_equal_parts_of_256(tmp_path):
    for value in range(0, 250, 10):
        write_image(tmp_path / f"{value:03}.png", value=value)
    data = data_at(tmp_path, image_size=1, levels=4)
    red = sorted(image[0, 0, 0] for image in values(data.train))
    assert data.info.num_levels == 4
    assert set(red) == {0, 1, 2, 3}
    assert len(values(data.train)) == 21


def test_grey_pictures_have_one_channel_if_nothing_else_is_said(tmp_path):
    for value in range(10):
        write_image(tmp_path / f"{value}.png", mode="L")
    assert data_at(tmp_path, image_size=2).info.event_shape == (2, 2, 1)
    assert data_at(tmp_path, channels=3).info.event_shape == (32, 32, 3)


def test_given_folders_are_the_splits(photos, tmp_path):
    write_image(tmp_path / "more" / "cats" / "c.png", value=1)
    write_image(tmp_path / "more" / "cats" / "d.png", value=2)
    places = {"data": photos, "test": tmp_path / "more"}
    data = data_at(places, image_size=1, with_labels=True)
    assert data.info.split_sizes == {"train": 10, "validation": 2, "test": 2}
    found = [(image[0, 0, 0], label) for image, label in values(data.test)]
    assert found == [(1, 0), (2, 0)]


def test_the_seed_chooses_what_is_held_out(photos):
    hashes = {data_at(photos, split_seed=s).info.sha256 for s in (0, 0, 1)}
    assert len(hashes) == 2


def test_the_hash_is_of_the_labels_too(tmp_path):
    path, rows = tmp_path / "mine.npz", np.eye(2, dtype=int).repeat(10, axis=0)
    hashes = set()
    for labels in (rows[:, 0], rows[:, 1]):
        splits = dict.fromkeys(("train", "validation", "test"), rows)
        named = {f"y_{split}": labels for split in splits}
        np.savez(path, **splits, **named)
        hashes.add(data_at(path, with_labels=True).info.sha256)
    assert len(hashes) == 2


def test_a_book_becomes_windows_of_its_characters(book):
    data = data_at(book, steps=8)
    assert data.info.vocabulary == "\n .egiost"
    assert medium(data.info) == "text"
    first = "".join(data.info.vocabulary[n] for n in values(data.validation)[0])
    assert first == "so it go"


def test_another_book_is_the_test(book, tmp_path):
    (tmp_path / "other.txt").write_text("goes it so.")
    data = data_at({"data": book, "test": tmp_path / "other.txt"}, steps=11)
    text = "".join(data.info.vocabulary[n] for n in values(data.test)[0])
    assert text == "goes it so."


def test_recordings_become_windows(sounds):
    data = data_at(sounds, steps=20, with_labels=True)
    assert medium(data.info) == "sound"
    assert data.info.rate == 8000
    assert data.info.event_shape == (20,)
    # There are 8, 2 and 2 files with two whole windows each.
    assert data.info.split_sizes == {"train": 16, "validation": 4, "test": 4}
    assert {int(label) for _, label in values(data.train)} == {0, 1}


def test_recordings_shorter_than_a_window_are_counted(sounds):
    data = data_at(sounds, steps=45)
    assert "5 are shorter than a window and left out" in data.info.notes


def test_a_single_array_is_divided(bits):
    data = data_at(bits)
    assert medium(data.info) == "vectors"
    assert data.info.num_levels == 2
    assert data.info.split_sizes == {"train": 32, "validation": 4, "test": 4}
    found = values(data.train) + values(data.validation) + values(data.test)
    with np.load(bits) as file:
        stored = file["pool"]
    assert sorted(map(tuple, found)) == sorted(map(tuple, stored))


def test_splits_of_a_file_are_kept(tmp_path):
    path = tmp_path / "mine.npz"
    train, test = np.arange(60).reshape(20, 3) % 7, np.ones((4, 3), int)
    np.savez(path, train=train, test=test, y_train=train[:, 0], y_test=[0] * 4)
    data = data_at(path, with_labels=True)
    assert data.info.split_sizes == {
        "train": 18,
        "validation": 2,
        "test": 4,
    }
    assert data.info.num_levels == 7
    for row, label in values(data.train):
        assert row[0] == label


@pytest.mark.parametrize(
    ("array", "options", "shape", "levels"),
    [
        (np.zeros((10, 4, 5), "uint8"), {}, (4, 5, 1), 2),
        (np.full((10, 4, 5, 3), 9), {}, (4, 5, 3), 256),
        (np.full((10, 12), 9), {"image_size": (2, 2)}, (2, 2, 3), 256),
        (np.full((10, 12), 9), {"image_size": (3, 4)}, (3, 4, 1), 256),
        (np.full((10, 12), 9.0), {}, (12,), 10),
        (np.full((10, 12), 9), {"levels": 16}, (12,), 16),
        (np.linspace(-1, 1, 120).reshape(10, 12), {}, (12,), None),
        (np.zeros((10, 12), bool), {}, (12,), 2),
    ],
)
def test_arrays_say_what_they_are(tmp_path, array, options, shape, levels):
    np.savez(tmp_path / "mine.npz", array)
    info = data_at(tmp_path / "mine.npz", **options).info
    assert (info.event_shape, info.num_levels) == (shape, levels)


def test_labels_that_are_not_asked_for_are_not_read(tmp_path):
    rows = np.zeros((10, 2), bool)
    np.savez(tmp_path / "mine.npz", train=rows, y_train=["a"] * 10)
    assert data_at(tmp_path / "mine.npz").info.event_shape == (2,)


def test_songs_come_with_their_lengths(songs):
    data = data_at(songs)
    assert medium(data.info) == "music"
    assert data.info.event_shape == (10, 4)
    found = values(data.train) + values(data.validation) + values(data.test)
    assert sorted(int(length) for _, length in found) == list(range(1, 11))


def test_records_are_read_in_the_order_of_their_files(records):
    data = data_at(records, with_labels=True)
    assert data.info.event_shape == (5,)
    assert data.info.num_levels == 3
    assert sum(data.info.split_sizes.values()) == 30
    rows = [tuple(row) for row, _ in values(data.train)]
    assert rows == sorted(rows, key=lambda row: row[0])


def test_records_of_encoded_images_have_their_shape(tmp_path):
    import tensorflow as tf

    picture = io.BytesIO()
    PIL.Image.new("L", (5, 3), 7).save(picture, "PNG")
    feature = tf.train.Feature(
        bytes_list=tf.train.BytesList(value=[picture.getvalue()])
    )
    features = tf.train.Features(feature={"image": feature})
    with tf.io.TFRecordWriter(str(tmp_path / "a.tfrecord")) as writer:
        for _ in range(10):
            record = tf.train.Example(features=features)
            writer.write(record.SerializeToString())
    data = data_at(tmp_path / "a.tfrecord", key="image")
    assert data.info.event_shape == (3, 5, 1)
    assert values(data.test)[0].tolist() == [[[7]] * 5] * 3


def test_stereo_at_another_rate_is_mixed_and_resampled(tmp_path):
    for number in range(10):
        write_wav(tmp_path / f"{number}.wav", [0] * 100, rate=4000)
    data = data_at(tmp_path, rate=8000, steps=200)
    assert data.info.split_sizes["train"] == 6


def test_what_is_transparent_becomes_white(tmp_path):
    for number in range(10):
        picture = PIL.Image.new("RGBA", (4, 4), (9, 9, 9, 0))
        picture.save(tmp_path / f"{number}.png")
    data = data_at(tmp_path, image_size=2)
    assert set(np.unique(values(data.train))) == {255}
