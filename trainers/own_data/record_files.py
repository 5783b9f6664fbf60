"""TFRecord files of `tf.train.Example`s."""

import io
import pathlib
from typing import Any
from typing import ClassVar

from ..sibling import exporter
from .kind import Kind
from .places import Places
from .rows import rows_dataset

_LABEL = "label"
_SUFFIXES = (
    *(".tfrecord", ".tfrecords"),
    *(".tfrecord.gz", ".tfrecords.gz"),
)


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

    def load(
        self, places: Places, *, key: str, with_labels: bool, **options: Any
    ) -> Any:
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
    from tf_autoregressive.datasets.folder_files import folder_files

    if path.is_dir():
        return folder_files(path, _SUFFIXES)
    return [path] if path.name.endswith(_SUFFIXES) else []


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

    from tf_autoregressive.datasets.reading import reading

    # This comes first, because TensorFlow allocates what a damaged length says.
    exporter("scoring.record_file").count_records(file)
    compression = "GZIP" if file.suffix == ".gz" else ""
    with reading(file, "a TFRecord file of `tf.train.Example`s"):
        records = tf.data.TFRecordDataset(str(file), compression)
        record = next(records.as_numpy_iterator())
        feature = tf.train.Example.FromString(record).features.feature[key]
    if feature.HasField("bytes_list") and feature.bytes_list.value:
        data = feature.bytes_list.value[0]
        return _image_shape(data, file) or (len(data),)
    values = feature.int64_list.value or feature.float_list.value
    # If there is no such feature, reading says what is wrong.
    return (max(1, len(values)),)


def _image_shape(data: bytes, file) -> tuple[int, int, int] | None:
    """Returns the shape of an encoded image, `None` for other bytes."""
    import PIL.Image

    from tf_autoregressive.datasets.image_decoder import ImageDecoder
    from tf_autoregressive.datasets.image_decoder import is_image
    from tf_autoregressive.datasets.reading import reading

    if not is_image(data):
        return None
    upright = ImageDecoder(3).image(data, file)
    with reading(file, "an image"), PIL.Image.open(io.BytesIO(data)) as image:
        grey = image.mode in ("1", "L")
    return (upright.height, upright.width, 1 if grey else 3)
