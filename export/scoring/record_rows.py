"""Events in a TFRecord file, a piece at a time.

Shapes: N events.
"""

import itertools
import math
import pathlib
from collections.abc import Iterator

import numpy as np
import tensorflow as tf

from tf_autoregressive.datasets.image_decoder import ImageDecoder
from tf_autoregressive.datasets.image_decoder import is_image
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import reading

from .image_rows import image_decoder
from .record_file import RECORD_FILE
from .record_file import check_read
from .record_file import count_records
from .record_file import is_compressed
from .row_reader import RowReader

_NUMBERS = {"int64_list": tf.int64, "float_list": tf.float32}
_SUFFIXES = (".tfrecord", ".tfrecords")


class RecordRows(RowReader):
    """A feature of the `tf.train.Example`s in a TFRecord file, read in order.

    The feature of a record is one event, in C order: as many int64 or float
    values as it has dimensions, or bytes with a uint8 for each, or the bytes
    of an image file of its size, read as `ImageDecoder` says. The first record
    says which; the others must be alike. A name that ends in `.gz` is of a
    compressed file.

    Memory does not grow with the file. Reading goes on where the last reading
    ended; anywhere else it starts from the beginning of the file.

    Args:
        path: The file, as `events.tfrecord` or `events.tfrecord.gz`.
        key: Name of the feature.
        shape: Shape of one event.
        num_levels: Number of levels of images, as `ImageDecoder` takes it.
        background: Background of images, as `ImageDecoder` takes it.

    Attributes:
        shape: `(N, *shape)`.
        dtype: Dtype of the rows: int64, float32 or uint8.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged, holds no examples or not this
            feature, or would take more memory than a file of its size may.
    """

    def __init__(
        self,
        path: str | pathlib.Path,
        key: str,
        shape: tuple,
        *,
        num_levels: int | None = 256,
        background: int | tuple[int, int, int] | None = None,
    ) -> None:
        self.path = pathlib.Path(path)
        self.files = [self.path]
        self.key = key
        self._decoding = (num_levels, background)
        self.shape = (count_records(self.path), *shape)
        self._records = tf.data.TFRecordDataset(
            str(path), "GZIP" if is_compressed(self.path) else ""
        )
        self._feature, self._events, self.dtype = self._kind()
        self.close()

    def close(self) -> None:
        """Closes the file; a later reading opens it again."""
        self._next: int | None = None
        self._following: Iterator[bytes] | None = None

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns events `start` to `stop`, fewer at the end of the file.

        Raises:
            ValueError: If a record is damaged or has no such feature of the
                right size, or an image is not one that `ImageDecoder` reads.
        """
        with reading(self.path, self._what(start, stop)):
            if start != self._next:
                self._following = self._records.skip(start).as_numpy_iterator()
            # The position is unknown until these are read: after an error they
            # are read anew.
            self._next = None
            records = self._records_up_to(stop - start)
            parsed = tf.io.parse_example(
                tf.constant(records, tf.string), {self.key: self._feature}
            )
            rows = self._events(parsed[self.key].numpy(), start)
        self._next = start + len(rows)
        return rows

    def _what(self, start, stop):
        return (
            f"{RECORD_FILE} of which records {start} to {stop} hold "
            f"`{self.key}` of shape {self.shape[1:]}"
        )

    def _records_up_to(self, count):
        records, num_bytes = [], 0
        for record in itertools.islice(self._following, count):
            num_bytes += len(record)
            check_read(self.path, num_bytes)
            records.append(record)
        return records

    def _kind(self):
        """Returns the feature, a function to events, and their dtype."""
        with reading(self.path, f"{RECORD_FILE} of `tf.train.Example`s"):
            record = next(self._records.as_numpy_iterator())
            features = tf.train.Example.FromString(record).features.feature
        if self.key not in features:
            raise FileError(
                f"{self.path} has no feature `{self.key}`, but "
                f"{', '.join(sorted(features))}."
            )
        feature = features[self.key]
        if feature.WhichOneof("kind") in _NUMBERS:
            dtype = _NUMBERS[feature.WhichOneof("kind")]
            spec = tf.io.FixedLenFeature(self.shape[1:], dtype)
            return spec, _as_they_are, np.dtype(dtype.as_numpy_dtype)
        (data, *_) = feature.bytes_list.value or (b"",)
        spec = tf.io.FixedLenFeature([], tf.string)
        size = math.prod(self.shape[1:])
        events = self._images if _is_encoded(data, size) else self._raw
        return spec, events, np.dtype("uint8")

    def _raw(self, values, start):
        size = math.prod(self.shape[1:])
        for row, data in enumerate(values, start):
            if len(data) != size:
                raise FileError(
                    f"{self.path}: record {row} must hold `{self.key}` of "
                    f"shape {self.shape[1:]}, a byte a value. Received: "
                    f"{len(data)} bytes"
                )
        rows = np.frombuffer(b"".join(values), "uint8")
        return rows.reshape(len(values), *self.shape[1:])

    def _images(self, values, start):
        shape = self.shape[1:]
        decoder = image_decoder(shape, *self._decoding)
        return np.stack(
            [
                decoder.event(data, f"{self.path}: record {row}", shape[:2])
                for row, data in enumerate(values, start)
            ]
        )


def _as_they_are(values, start):
    return values


def _is_encoded(data, size):
    """Returns whether bytes are an image file, rather than an event."""
    if len(data) != size or not is_image(data):
        return is_image(data)
    # An event may begin like a file, but does not go on like one.
    try:
        ImageDecoder(1, background=0).image(data, "an event")
    except FileError:
        return False
    return True


def is_record_file(path: pathlib.Path) -> bool:
    """Returns whether a file is a TFRecord file by its name."""
    name = path.name.removesuffix(".gz")
    return name.endswith(_SUFFIXES)
