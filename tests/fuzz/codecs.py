"""Door of compressed events, which come back as they were or not at all."""

import dataclasses
import functools

import numpy as np

from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated
from tf_autoregressive.compression import Codec
from tf_autoregressive.models import NADE


@dataclasses.dataclass
class Given:
    """Bytes, and the events that they were made of."""

    blob: bytes
    events: np.ndarray


class Compressed(Door):
    """What `Codec.compress` returned, damaged or of another model."""

    name = "compressed"
    names_file = False

    def make(self, rng, folder):
        events = rng.integers(0, 3, (int(rng.integers(1, 12)), 5))
        foreign = rng.random() < 0.1
        blob = _codec(int(foreign)).compress(events)
        if rng.random() < 0.2:
            blob = _with_blocks_swapped(rng, blob)
        elif rng.random() < 0.7:
            blob = mutated(rng, blob)
        return Given(blob, events)

    def enter(self, given):
        return _codec(0).decompress(given.blob)

    def check(self, given, taken):
        np.testing.assert_array_equal(taken, given.events)


@functools.cache
def _codec(seed):
    model = NADE(
        (5,), units=3, num_levels=3, distribution="categorical", name="coded"
    )
    rng = np.random.default_rng(seed)
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return Codec(model, batch_size=2, batches_per_block=1)


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
