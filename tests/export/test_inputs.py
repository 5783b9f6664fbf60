"""Events in TFRecord files and folders of images, read like arrays."""

import numpy as np
import PIL.Image
import pyarrow.parquet
import pytest
import tensorflow as tf

from export.image_rows import ImageRows
from export.inputs import open_rows
from export.record_rows import RecordRows
from export.rows import Rows
from export.scoring import score_rows

SHAPE = (4, 3, 1)


@pytest.fixture
def images(rng):
    return rng.integers(0, 256, (11, *SHAPE)).astype("uint8")


def feature(kind, event):
    if kind == "int64":
        values = tf.train.Int64List(value=event.ravel().astype("int64"))
        return tf.train.Feature(int64_list=values)
    if kind == "float":
        values = tf.train.FloatList(value=event.ravel().astype("float32"))
        return tf.train.Feature(float_list=values)
    data = event.tobytes()
    if kind == "png":
        data = tf.io.encode_png(event).numpy()
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[data]))


def write(path, kind, events, key="x"):
    compression = "GZIP" if path.suffix == ".gz" else ""
    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for event in events:
            features = tf.train.Features(feature={key: feature(kind, event)})
            example = tf.train.Example(features=features)
            writer.write(example.SerializeToString())
    return path


KINDS = {"int64": "int64", "float": "float32", "raw": "uint8", "png": "uint8"}


@pytest.mark.parametrize("name", ["events.tfrecord", "events.tfrecords.gz"])
@pytest.mark.parametrize("kind", KINDS)
def test_records_are_read_where_asked_for(images, tmp_path, kind, name):
    path = write(tmp_path / name, kind, images)
    with open_rows(path, "x", SHAPE) as rows:
        assert isinstance(rows, RecordRows)
        assert rows.shape == images.shape
        assert rows.dtype == KINDS[kind]
        # On, over a gap, at the end, and back.
        for start, stop in [(0, 3), (3, 5), (7, 8), (8, 99), (0, 2), (0, 11)]:
            read = rows.read(start, stop)
            assert read.dtype == rows.dtype
            np.testing.assert_array_equal(read, images[start:stop])


def test_labels_are_a_feature_without_axes(tmp_path):
    path = write(tmp_path / "events.tfrecord", "int64", np.arange(5), "label")
    with open_rows(path, "label", ()) as rows:
        np.testing.assert_array_equal(rows.read(1, 4), [1, 2, 3])


@pytest.mark.parametrize(
    ("key", "shape", "message"),
    [
        ("y", SHAPE, "no feature `y`, but x"),
        ("x", (4, 4, 1), r"`x` of shape \(4, 4, 1\)"),
    ],
)
@pytest.mark.parametrize("kind", ["int64", "raw"])
def test_the_error_names_the_feature(
    images, tmp_path, kind, key, shape, message
):
    path = write(tmp_path / "events.tfrecord", kind, images)
    with pytest.raises(ValueError, match=message):
        RecordRows(path, key, shape).read(0, 5)


@pytest.mark.parametrize(
    ("data", "message"), [(b"", "no records"), (b"text", "events.tfrecord")]
)
def test_other_files_are_refused(tmp_path, data, message):
    path = tmp_path / "events.tfrecord"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=message):
        RecordRows(path, "x", SHAPE)


def test_other_records_are_refused(tmp_path):
    path = tmp_path / "events.tfrecord"
    with tf.io.TFRecordWriter(str(path)) as writer:
        writer.write(b"\xff\xff")
    with pytest.raises(ValueError, match=r"must hold `tf\.train\.Example`s"):
        RecordRows(path, "x", SHAPE)


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        RecordRows(tmp_path / "events.tfrecord", "x", SHAPE)


def test_a_file_that_is_cut_off_is_noticed(images, tmp_path):
    path = write(tmp_path / "events.tfrecord", "raw", images)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match=r"events\.tfrecord"):
        RecordRows(path, "x", SHAPE)


@pytest.mark.parametrize("channels", [1, 3])
def test_a_folder_is_read_in_the_order_of_its_paths(tmp_path, rng, channels):
    images = rng.integers(0, 256, (4, 4, 3, channels)).astype("uint8")
    names = ["a.png", "b/a.png", "b/b.bmp", "c.PNG"]
    for name, image in zip(names, images, strict=True):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        PIL.Image.fromarray(np.squeeze(image)).save(tmp_path / name)
    (tmp_path / "notes.txt").write_text("no image")
    with open_rows(tmp_path, "x", (4, 3, channels)) as rows:
        assert isinstance(rows, ImageRows)
        assert rows.shape == images.shape
        np.testing.assert_array_equal(rows.read(0, 2), images[:2])
        np.testing.assert_array_equal(rows.read(2, 9), images[2:])


def test_bits_are_zeros_and_ones(tmp_path, rng):
    bits = rng.integers(0, 2, SHAPE).astype("uint8")
    image = PIL.Image.fromarray(255 * bits[..., 0]).convert("1")
    image.save(tmp_path / "a.png")
    np.testing.assert_array_equal(ImageRows(tmp_path, SHAPE).read(0, 1), [bits])


@pytest.mark.parametrize("shape", [(12,), (4, 3, 2)])
def test_only_models_of_images_read_folders(tmp_path, shape):
    with pytest.raises(ValueError, match="needs a model of images"):
        ImageRows(tmp_path, shape)


def test_a_folder_without_images_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no images"):
        ImageRows(tmp_path, SHAPE)


def test_an_image_of_16_bits_is_refused(tmp_path):
    deep = PIL.Image.fromarray(np.full((4, 3), 1000, "uint16"))
    deep.save(tmp_path / "deep.png")
    with pytest.raises(ValueError, match=r"deep\.png must have 8 bits"):
        ImageRows(tmp_path, SHAPE).read(0, 1)


def test_an_image_of_another_size_is_named(tmp_path):
    PIL.Image.new("L", (4, 4)).save(tmp_path / "a.png")
    (tmp_path / "b.png").write_text("no image")
    rows = ImageRows(tmp_path, SHAPE)
    with pytest.raises(
        ValueError, match=r"a\.png must have height 4 and width 3"
    ):
        rows.read(0, 1)
    with pytest.raises(ValueError, match=r"b\.png is not a readable image"):
        rows.read(1, 2)


def test_arrays_are_read_as_before(tmp_path, images):
    np.save(tmp_path / "x.npy", images)
    with open_rows(tmp_path / "x.npy", "x", SHAPE) as rows:
        assert isinstance(rows, Rows)


class KilledError(Exception):
    """Ends a run in the middle."""


@pytest.mark.parametrize("kind", ["records", "folder"])
def test_a_run_that_was_killed_scores_every_row_once(images, tmp_path, kind):
    path = tmp_path / "events.tfrecord"
    if kind == "records":
        write(path, "raw", images)
    else:
        path = tmp_path / "events"
        path.mkdir()
        for row, image in enumerate(images):
            PIL.Image.fromarray(image[..., 0]).save(path / f"{row:02d}.png")
    scored = []

    def score(events, contexts):
        if sum(map(len, scored)) == 7:
            scored.append([])
            raise KilledError
        scored.append(events)
        return events.sum(axis=(1, 2, 3)).astype("float32")

    options = {"batch_size": 3, "part_size": 4}
    output = tmp_path / "scores"
    with open_rows(path, "x", SHAPE) as rows, pytest.raises(KilledError):
        score_rows(score, rows, output, **options)
    scored.clear()
    with open_rows(path, "x", SHAPE) as rows:
        score_rows(score, rows, output, **options)
    # The first part is not scored again, the broken-off one is.
    np.testing.assert_array_equal(np.concatenate(scored), images[4:])
    table = pyarrow.parquet.read_table(output)
    np.testing.assert_array_equal(table["row"], np.arange(11))
    np.testing.assert_array_equal(
        table["log_prob"], images.sum(axis=(1, 2, 3)).astype("float32")
    )
