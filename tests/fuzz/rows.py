"""Doors of the files that `tfar score` reads: arrays and records."""

import dataclasses
import gzip
import pathlib

import numpy as np
import tensorflow as tf

from export.scoring.inputs import open_rows
from tests.fuzz.archives import npy_bytes
from tests.fuzz.door import Door
from tests.fuzz.images import some_image
from tests.fuzz.mutations import INTERESTING
from tests.fuzz.mutations import mutated

_SHAPE = (5, 7, 1)


@dataclasses.dataclass
class Given:
    """A file, and its rows if checksums or nothing else stand for them."""

    path: pathlib.Path
    rows: np.ndarray | None = None


class Rows(Door):
    """Arrays in `.npy` and `.npz` files, read in pieces."""

    name = "rows"

    def make(self, rng, folder):
        kind = ("npy", "npz")[rng.integers(2)]
        given = Given(folder / f"a.{kind}")
        if kind == "npy" and rng.random() < 0.3:
            given.path.write_bytes(npy_bytes(rng))
            return given
        rows = rng.integers(0, 256, (9, *_SHAPE), dtype="uint8")
        if kind == "npy":
            np.save(given.path, rows)
        elif rng.random() < 0.5:
            np.savez(given.path, x=rows)
        else:
            np.savez_compressed(given.path, x=rows)
        if rng.random() < 0.7:
            given.path.write_bytes(mutated(rng, given.path.read_bytes()))
        else:
            given.rows = rows
        return given

    def enter(self, given):
        with open_rows(given.path, "x", _SHAPE) as rows:
            assert len(rows) < 10**6
            return np.concatenate(
                [
                    rows.read(start, start + 4)
                    for start in range(0, len(rows), 4)
                ]
            )

    def check(self, given, taken):
        assert taken.shape[1:] == _SHAPE
        if given.rows is not None:
            np.testing.assert_array_equal(taken, given.rows)


class Records(Door):
    """TFRecord files."""

    name = "records"

    def make(self, rng, folder):
        compressed = bool(rng.random() < 0.4)
        path = folder / ("a.tfrecord.gz" if compressed else "a.tfrecord")
        rows = rng.integers(0, 256, (5, *_SHAPE), dtype="uint8")
        features = [_feature(row.tobytes()) for row in rows]
        given = Given(path, rows)
        if rng.random() < 0.4:
            given.rows = None
            at = int(rng.integers(5))
            features[at] = _odd_feature(rng)
            if rng.random() < 0.3:
                features = [_feature(some_image(rng)) for _ in features]
        with tf.io.TFRecordWriter(str(path)) as writer:
            for feature in features:
                inner = tf.train.Features(feature={"x": feature})
                data = tf.train.Example(features=inner).SerializeToString()
                if rng.random() < 0.05:
                    data, given.rows = mutated(rng, data), None
                writer.write(data)
        data = path.read_bytes()
        if rng.random() < 0.5:
            data = mutated(rng, data)
        if rng.random() < 0.1:
            # A length of a sound checksum, but not a sound length.
            data, given.rows = _with_length(rng, data), None
        if compressed:
            data = gzip.compress(data)
            if rng.random() < 0.3:
                data = mutated(rng, data)
        path.write_bytes(data)
        return given

    def enter(self, given):
        with open_rows(given.path, "x", _SHAPE) as rows:
            return np.concatenate(
                [
                    rows.read(start, start + 2)
                    for start in range(0, len(rows), 2)
                ]
            )

    def check(self, given, taken):
        assert taken.shape[1:] == _SHAPE
        if given.rows is not None:
            # Damage may cut whole records off, or repeat them.
            known = {row.tobytes() for row in given.rows}
            assert all(row.astype("uint8").tobytes() in known for row in taken)


def _feature(data):
    return tf.train.Feature(bytes_list=tf.train.BytesList(value=[data]))


def _odd_feature(rng):
    size = int(rng.choice([0, 1, 34, 35, 36]))
    number = int(INTERESTING[rng.integers(len(INTERESTING))] % 2**63)
    return [
        tf.train.Feature(int64_list=tf.train.Int64List(value=[number] * size)),
        tf.train.Feature(float_list=tf.train.FloatList(value=[1e30] * size)),
        _feature(bytes(size)),
        _feature(some_image(rng)),
        _feature(mutated(rng, some_image(rng))),
        tf.train.Feature(),
        tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"a"] * size)),
    ][rng.integers(7)]


def _with_length(rng, data):
    number = INTERESTING[rng.integers(len(INTERESTING))]
    length = number.to_bytes(8, "little")
    masked = _masked_crc(length)
    return length + masked.to_bytes(4, "little") + data[12:]


def _masked_crc(data):
    """Returns the checksum of TFRecord files: CRC-32C, rotated and shifted."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF
