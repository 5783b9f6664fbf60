"""Doors of compressed data, which come back as they were or not at all."""

import dataclasses
import functools

import numpy as np

from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated
from tf_autoregressive.compression import Codec
from tf_autoregressive.compression import StreamCodec
from tf_autoregressive.models import NADE
from tf_autoregressive.models import CharRNN


@dataclasses.dataclass
class Given:
    """Bytes, and the values that they were made of."""

    blob: bytes
    values: np.ndarray


class Compressed(Door):
    """What `Codec.compress` returned, damaged or of another model."""

    name = "compressed"
    names_file = False

    def make(self, rng, folder):
        values = self.values(rng)
        foreign = rng.random() < 0.1
        blob = self.codec(int(foreign)).compress(values)
        if rng.random() < 0.2:
            blob = _with_blocks_swapped(rng, blob)
        elif rng.random() < 0.7:
            blob = mutated(rng, blob)
        return Given(blob, values)

    def values(self, rng):
        """Returns what is compressed."""
        return rng.integers(0, 3, (int(rng.integers(1, 12)), 5))

    def codec(self, seed):
        """Returns the codec of a model of a seed."""
        return _codec(seed)

    def enter(self, given):
        return self.codec(0).decompress(given.blob)

    def check(self, given, taken):
        np.testing.assert_array_equal(taken, given.values)


class CompressedStreams(Compressed):
    """What `StreamCodec.compress` returned, damaged or of another model."""

    name = "compressed-streams"

    def values(self, rng):
        return rng.integers(0, 3, int(rng.integers(1, 40)))

    def codec(self, seed):
        return _stream_codec(seed)


@functools.cache
def _codec(seed):
    model = NADE(
        (5,), units=3, num_levels=3, distribution="categorical", name="coded"
    )
    return Codec(_of_seed(model, seed), batch_size=2, batches_per_block=1)


@functools.cache
def _stream_codec(seed):
    model = CharRNN((5,), units=3, num_layers=1, num_levels=3, name="streamed")
    return StreamCodec(_of_seed(model, seed), batch_size=2, batches_per_block=1)


def _of_seed(model, seed):
    """Returns the model with random weights."""
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return model


def _with_blocks_swapped(rng, blob):
    """Returns a blob whose pieces of some length change places."""
    size = int(rng.integers(1, 40))
    first, second = sorted(rng.integers(0, len(blob) - size, 2))
    if second < first + size:
        return mutated(rng, blob)
    return (
        blob[:first]
        + blob[second : second + size]
        + blob[first + size : second]
        + blob[first : first + size]
        + blob[second + size :]
    )
