"""TFRecord files of `tf.train.Example`s."""

import io
import pathlib
from typing import ClassVar

from ..sibling import exporter
from .kind import Kind
from .rows import rows_dataset

_LABEL = "label"


class RecordFiles(Kind):
    """A `.tfrecord` file, or a folder of them: a vector or an image a record.

    The feature `--key` (by default `x`) is the event: int64s, floats, bytes
    with a uint8 for each dimension, or an encoded image; all images are of one
    size. The feature `label` is an int64.
    """

    name = "records"
    what = "a .tfrecord file or a folder of them"
    options: ClassVar = {
        "key": "x",
        "image_size": None,
        "levels": None,
        "with_labels": False,
        "split_seed": 0,
    }

    def is_at(self, path: pathlib.Path) -> bool:
        return bool(_files(path))

    def load(self, places, *, key, with_labels, **options):
        found = {split: _files(p) for split, p in places.of_splits().items()}
        shape = _shape(found["train"][0], key)
        events = {s: _read(files, key, shape) for s, files in found.items()}
        labels = None
        if with_labels:
            labels = {s: _read(files, _LABEL, ()) for s, files in found.items()}
        return rows_dataset(
            events,
            labels,
            name=places.name,
            source=f"the records in {places.data}",
            **options,
        )


def _files(path: pathlib.Path) -> list[pathlib.Path]:
    """Returns the files at a path, in the order of their names."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return [
        file
        for file in files
        if file.name.removesuffix(".gz").endswith((".tfrecord", ".tfrecords"))
    ]


def _read(files, key, shape):
    import numpy as np

    rows = []
    for file in files:
        with exporter().open_rows(file, key, shape) as opened:
            rows.append(opened.read(0, opened.shape[0]))
    return np.concatenate(rows)


def _shape(file, key):
    """Returns the shape of the event in the first record of a file."""
    import tensorflow as tf
    from google.protobuf.message import DecodeError

    compression = "GZIP" if file.suffix == ".gz" else ""
    records = tf.data.TFRecordDataset(str(file), compression)
    try:
        record = next(records.as_numpy_iterator(), b"")
        feature = tf.train.Example.FromString(record).features.feature[key]
    except (DecodeError, tf.errors.OpError) as error:
        raise ValueError(
            f"{file} must hold `tf.train.Example`s: {error}"
        ) from error
    if feature.HasField("bytes_list") and feature.bytes_list.value:
        data = feature.bytes_list.value[0]
        return _image_shape(data) or (len(data),)
    values = feature.int64_list.value or feature.float_list.value
    # Without any, reading says what is wrong.
    return (max(1, len(values)),)


def _image_shape(data: bytes) -> tuple[int, int, int] | None:
    """Returns the shape of an encoded image, `None` of other bytes."""
    import PIL.Image

    try:
        with PIL.Image.open(io.BytesIO(data)) as image:
            grey = image.mode in ("1", "L")
            return (image.height, image.width, 1 if grey else 3)
    except PIL.UnidentifiedImageError:
        return None
