"""Events in TFRecord files and folders of images, read like arrays."""

import gzip
import io
import pathlib

import numpy as np
import PIL.Image
import pyarrow.parquet
import pytest
import tensorflow as tf

from export.scoring.image_rows import ImageRows
from export.scoring.inputs import open_rows
from export.scoring.record_rows import RecordRows
from export.scoring.resumable import score_rows
from export.scoring.rows import Rows
from tf_autoregressive.datasets import from_image_folder

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
    write_features(path, [feature(kind, event) for event in events], key)
    return path


def write_bytes(path, values):
    lists = [tf.train.BytesList(value=[value]) for value in values]
    write_features(path, [tf.train.Feature(bytes_list=each) for each in lists])


def write_features(path, features, key="x"):
    compression = "GZIP" if path.suffix == ".gz" else ""
    with tf.io.TFRecordWriter(str(path), compression) as writer:
        for each in features:
            features = tf.train.Features(feature={key: each})
            example = tf.train.Example(features=features)
            writer.write(example.SerializeToString())


KINDS = {"int64": "int64", "float": "float32", "raw": "uint8", "png": "uint8"}


@pytest.mark.parametrize("name", ["events.tfrecord", "events.tfrecords.gz"])
@pytest.mark.parametrize("kind", KINDS)
def test_records_are_read_where_asked_for(images, tmp_path, kind, name):
    path = write(tmp_path / name, kind, images)
    with open_rows(path, "x", SHAPE) as rows:
        assert isinstance(rows, RecordRows)
        assert rows.shape == images.shape
        assert rows.dtype == KINDS[kind]
        # Reading goes on, over a gap, to the end, and back.
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
    with pytest.raises(ValueError, match=r"file of `tf\.train\.Example`s"):
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


@pytest.mark.parametrize("kind", ["folder", "records"])
def test_images_of_one_bit_are_black_and_white(tmp_path, rng, kind):
    """Two levels for models of two; else the levels that folders train on."""
    bits = rng.integers(0, 2, SHAPE).astype("uint8")
    image = PIL.Image.fromarray(255 * bits[..., 0]).convert("1")
    image.save(tmp_path / "a.png")
    path = tmp_path
    if kind == "records":
        path = tmp_path / "events.tfrecord"
        write_bytes(path, [(tmp_path / "a.png").read_bytes()])
    for num_levels, white in ((2, 1), (256, 255)):
        with open_rows(path, "x", SHAPE, num_levels=num_levels) as rows:
            np.testing.assert_array_equal(rows.read(0, 1), [white * bits])
    with pytest.raises(ValueError, match="`num_levels` must be 256 for images"):
        open_rows(path, "x", SHAPE, num_levels=4).read(0, 1)


def pictures(rng):
    """Returns images 4 x 3 of kinds that decoders take for different ones."""
    colour = rng.integers(0, 256, (4, 3, 3)).astype("uint8")
    image, on_its_side = PIL.Image.fromarray(colour), PIL.Image.Exif()
    on_its_side[0x0112] = 6
    return {
        "a.jpg": (image.transpose(PIL.Image.ROTATE_90), {"exif": on_its_side}),
        "b.jpg": (image.convert("CMYK"), {}),
        "c.png": (image.convert("P"), {}),
        "d.png": (image.convert("1"), {}),
        "e.tif": (image.convert("L"), {}),
        "f.bmp": (image, {}),
        "g.webp": (image, {}),
    }


@pytest.mark.parametrize("channels", [1, 3])
def test_a_picture_means_the_same_everywhere(tmp_path, rng, channels):
    files = []
    for name, (image, options) in pictures(rng).items():
        folder = tmp_path / pathlib.Path(name).stem
        folder.mkdir()
        image.save(folder / name, **options)
        files.append(folder / name)
    records = tmp_path / "events.tfrecord"
    write_bytes(records, [file.read_bytes() for file in files])
    shape = (4, 3, channels)
    with open_rows(records, "x", shape) as rows:
        of_records = rows.read(0, len(files))
    for file, of_record in zip(files, of_records, strict=True):
        data = from_image_folder(
            file.parent,
            image_size=(4, 3),
            channels=channels,
            validation_fraction=0,
            test_fraction=0,
        )
        with open_rows(file.parent, "x", shape) as rows:
            np.testing.assert_array_equal(rows.read(0, 1), [of_record])
        np.testing.assert_array_equal(next(iter(data.train)), of_record)


@pytest.mark.parametrize("kind", ["folder", "records"])
def test_grey_images_have_no_two_levels(tmp_path, kind):
    PIL.Image.new("L", (3, 4), 7).save(tmp_path / "a.png")
    path = tmp_path
    if kind == "records":
        path = tmp_path / "events.tfrecord"
        write_bytes(path, [(tmp_path / "a.png").read_bytes()])
    rows = open_rows(path, "x", SHAPE, num_levels=2)
    with pytest.raises(ValueError, match=r"black and white.*pixel of 7"):
        rows.read(0, 1)


def test_a_picture_on_its_side_is_another_size(tmp_path):
    """Its pixels are as many, but would lie in another order."""
    file = io.BytesIO()
    PIL.Image.new("L", (16, 4)).save(file, "PNG")
    path = tmp_path / "events.tfrecord"
    write_bytes(path, [file.getvalue()])
    with (
        open_rows(path, "x", (16, 4, 1)) as rows,
        pytest.raises(
            ValueError,
            match=r"record 0 must have height 16 and width 4. .*4 and width 16",
        ),
    ):
        rows.read(0, 1)


def test_an_event_may_begin_like_an_image(tmp_path):
    events = [b"BM" + bytes(range(10)), b"\xff\xd8\xff" + bytes(9)]
    path = tmp_path / "events.tfrecord"
    write_bytes(path, events)
    with open_rows(path, "x", SHAPE) as rows:
        read = rows.read(0, 2)
    assert [row.tobytes() for row in read] == events


@pytest.mark.parametrize("name", ["events.tfrecord", "events.tfrecord.gz"])
def test_a_length_beyond_the_file_is_noticed(images, tmp_path, name):
    """Before as much is allocated."""
    path = write(tmp_path / name, "raw", images)
    opened = gzip.open if name.endswith("gz") else open
    with opened(path, "rb") as file:
        data = bytearray(file.read())
    data[:8] = (2**40).to_bytes(8, "little")
    with opened(path, "wb") as file:
        file.write(data)
    with pytest.raises(ValueError, match="it ends within a record"):
        RecordRows(path, "x", SHAPE)


def test_records_may_not_ask_for_much_memory(tmp_path, monkeypatch):
    path = write(tmp_path / "a.tfrecord.gz", "raw", np.zeros((9, 10**5), "u1"))
    with RecordRows(path, "x", (10**5,)) as rows:
        monkeypatch.setattr(
            "tf_autoregressive.datasets.reading._ALWAYS_ALLOWED", 10**6
        )
        assert len(rows.read(0, 1)) == 1
        with pytest.raises(ValueError, match=r"gz would take 0\.002 GB"):
            rows.read(1, 9)
        monkeypatch.setattr(
            "tf_autoregressive.datasets.reading._ALWAYS_ALLOWED", 10**5
        )
        with pytest.raises(ValueError, match=r"gz would take 0\.001 GB"):
            RecordRows(path, "x", (10**5,))


def test_a_flipped_bit_is_noticed(images, tmp_path):
    path = write(tmp_path / "events.tfrecord", "raw", images)
    whole = path.read_bytes()
    for bit in range(0, 8 * len(whole), 211):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"events\.tfrecord"):
            RecordRows(path, "x", SHAPE).read(0, 11)


def test_rows_are_read_anew_after_an_error(images, tmp_path):
    path = tmp_path / "events.tfrecord"
    write_bytes(path, [images[0].tobytes(), images[1].tobytes(), b"short"])
    rows = RecordRows(path, "x", SHAPE)
    for _ in range(2):
        np.testing.assert_array_equal(rows.read(0, 1), images[:1])
        with pytest.raises(ValueError, match=r"record 2 must .* 5 bytes"):
            rows.read(1, 3)
        np.testing.assert_array_equal(rows.read(1, 2), images[1:2])


@pytest.mark.parametrize("kind", ["npy", "npz"])
def test_the_shape_of_rows_is_checked(tmp_path, images, kind):
    path = tmp_path / f"a.{kind}"
    np.save(path, images) if kind == "npy" else np.savez(path, x=images)
    with pytest.raises(ValueError, match=r"rows of shape \(3, 4, 1\)"):
        open_rows(path, "x", (3, 4, 1))


@pytest.mark.parametrize("shape", [(12,), (4, 3, 2)])
def test_only_models_of_images_read_folders(tmp_path, shape):
    with pytest.raises(ValueError, match="need a model of images"):
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
    with pytest.raises(ValueError, match=r"b\.png is damaged or not an image"):
        rows.read(1, 2)


@pytest.mark.parametrize("name", ["x.csv", "x.parquet", "x.txt", "x"])
def test_other_kinds_of_files_are_refused(tmp_path, name):
    path = tmp_path / name
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=r"\.npz, \.npy or \.tfrecord file"):
        open_rows(path, "x", (2,))


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
