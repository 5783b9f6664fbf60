"""Events in a TFRecord file, a piece at a time.

Shapes: N events.
"""

import itertools
import pathlib

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from .row_reader import RowReader

_SUFFIXES = (".tfrecord", ".tfrecords")
_IMAGES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM")


class RecordRows(RowReader):
    """A feature of the `tf.train.Example`s in a TFRecord file, read in order.

    The feature of a record is one event, in C order: as many int64 or float
    values as it has dimensions, or bytes with a uint8 for each, or the bytes
    of a PNG, JPEG, GIF or BMP image of its size. A name that ends in `.gz` is
    of a compressed file.

    Memory does not grow with the file. Reading goes on where the last reading
    ended; anywhere else it starts from the beginning of the file.

    Args:
        path: The file, as `events.tfrecord` or `events.tfrecord.gz`.
        key: Name of the feature.
        shape: Shape of one event.

    Attributes:
        shape: `(N, *shape)`.
        dtype: Of the rows: int64, float32 or uint8.

    Raises:
        ValueError: If the file holds no examples, or not this feature.
        OSError: If the file cannot be read.
    """

    def __init__(self, path: str | pathlib.Path, key: str, shape: tuple):
        self.path = pathlib.Path(path)
        self.files = [self.path]
        self.key = key
        with self.path.open("rb"):
            # For its message, if there is no such file.
            pass
        self._records = tf.data.TFRecordDataset(
            str(path), "GZIP" if self.path.suffix == ".gz" else ""
        )
        self.shape = (self._count(), *shape)
        self._parse, self.dtype = self._kind()
        self.close()

    def close(self):
        """Closes the file; a later reading opens it again."""
        self._next = self._following = None

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns events `start` to `stop`, fewer at the end of the file.

        Raises:
            ValueError: If a record has no such feature of the right size.
        """
        if start != self._next:
            self._following = self._records.skip(start).as_numpy_iterator()
        try:
            records = list(itertools.islice(self._following, stop - start))
            rows = np.asarray(self._parse(tf.constant(records)))
        except tf.errors.OpError as error:
            raise ValueError(
                f"{self.path}: records {start} to {stop} must hold `"
                f"{self.key}` of shape {self.shape[1:]}. {error.message}"
            ) from error
        self._next = start + len(rows)
        return rows

    def _count(self):
        try:
            count = self._records.reduce(np.int64(0), lambda n, _: n + 1)
        except tf.errors.OpError as error:
            raise ValueError(f"{self.path}: {error.message}") from error
        if not count:
            raise ValueError(f"{self.path} holds no records.")
        return int(count)

    def _kind(self):
        """Returns a parser of serialized examples, and the dtype of rows."""
        record = next(self._records.as_numpy_iterator())
        try:
            features = tf.train.Example.FromString(record).features.feature
        except DecodeError as error:
            raise ValueError(
                f"{self.path} must hold `tf.train.Example`s. Received "
                "records of another kind."
            ) from error
        if self.key not in features:
            raise ValueError(
                f"{self.path} has no feature `{self.key}`, but "
                f"{', '.join(sorted(features))}."
            )
        feature = features[self.key]
        if feature.WhichOneof("kind") != "bytes_list":
            dtype = tf.int64 if feature.HasField("int64_list") else tf.float32
            return self._numbers(dtype), np.dtype(dtype.as_numpy_dtype)
        (data, *_) = feature.bytes_list.value or (b"",)
        parse = self._images if data.startswith(_IMAGES) else self._raw
        return parse, np.dtype("uint8")

    def _numbers(self, dtype):
        feature = tf.io.FixedLenFeature(self.shape[1:], dtype)
        return lambda records: self._parsed(records, feature)

    def _raw(self, records):
        data = self._parsed(records, tf.io.FixedLenFeature([], tf.string))
        return tf.reshape(
            tf.io.decode_raw(data, tf.uint8), [len(data), *self.shape[1:]]
        )

    def _images(self, records):
        data = self._parsed(records, tf.io.FixedLenFeature([], tf.string))
        channels = self.shape[-1]
        images = [
            tf.io.decode_image(image, channels, expand_animations=False)
            for image in data
        ]
        return tf.reshape(tf.stack(images), [len(data), *self.shape[1:]])

    def _parsed(self, records, feature):
        return tf.io.parse_example(records, {self.key: feature})[self.key]


def is_record_file(path: pathlib.Path) -> bool:
    """Whether a file is a TFRecord file by its name."""
    name = path.name.removesuffix(".gz")
    return name.endswith(_SUFFIXES)
