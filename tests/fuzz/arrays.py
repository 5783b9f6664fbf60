"""Arrays of all kinds of numbers, as events and as labels."""

import dataclasses
import math

import numpy as np

from tests.fuzz.door import Door
from tests.fuzz.mutations import INTERESTING
from tf_autoregressive.datasets import from_arrays

_DTYPES = (
    *("bool", "int8", "uint8", "int16", "uint16", "int32", "uint32"),
    *("int64", "uint64", "float16", "float32", "float64", "longdouble"),
    *(">i2", ">f8", "complex64", "object", "<U3", "datetime64[s]"),
)
_NUMBERS = (
    *INTERESTING,
    *(-1, -128, -(2**31), -(2**31) - 1, 2**20, 2**24 + 1, 2**32 + 1),
    *(0.5, 1 - 1e-12, -0.0, 1e-300, 1e38, 3.5e38, 1e300),
    *(math.nan, math.inf, -math.inf),
)
_LEVELS = (2, 3, 255, 256, 257, 65536, 2**20, None, 1, 0, -2, 2**20 + 1, 2.0)


@dataclasses.dataclass
class Given:
    """Values, of which one may be masked, and the levels that they have."""

    values: object
    num_levels: object
    labels: object


class Arrays(Door):
    """`from_arrays`, which all other readers of the library end in."""

    name = "arrays"
    names_file = False

    def make(self, rng, folder):
        num_levels = _LEVELS[rng.integers(len(_LEVELS))]
        values = numbers(rng, num_levels, (int(rng.integers(0, 4)), 3))
        labels = numbers(rng, None, np.shape(values)[:1])
        return Given(values, num_levels, labels if rng.random() < 0.5 else None)

    def enter(self, given):
        labels = None if given.labels is None else {"train": given.labels}
        data = from_arrays(
            given.values, name="a", num_levels=given.num_levels, labels=labels
        )
        return list(data.train.as_numpy_iterator())

    def check(self, given, taken):
        values = np.asarray(given.values)
        events = taken
        if given.labels is not None:
            events, labels = zip(*taken, strict=True)
            assert_kept(given.labels, np.stack(labels))
        assert_kept(given.values, np.stack(events))
        if given.num_levels is not None:
            assert values.min() >= 0
            assert values.max() < given.num_levels


def numbers(rng, num_levels, shape):
    """Returns an array of a random dtype, good values and a few odd ones."""
    values = rng.integers(0, num_levels_or(num_levels, 4), size=shape)
    values = values.astype(object)
    for _ in range(rng.integers(0, 3)):
        if values.size:
            at = np.unravel_index(rng.integers(values.size), shape)
            values[at] = _NUMBERS[rng.integers(len(_NUMBERS))]
    dtype = _DTYPES[rng.integers(len(_DTYPES))]
    with np.errstate(all="ignore"):
        try:
            array = values.astype(dtype)
        # Not all dtypes have room for all numbers.
        except (OverflowError, ValueError, TypeError):
            array = values.astype("float64")
    if rng.random() < 0.1:
        return np.ma.masked_array(array, mask=rng.random(shape) < 0.3)
    return array


def num_levels_or(num_levels, default):
    """Returns a number of levels that values can be drawn from."""
    good = isinstance(num_levels, int) and num_levels > 0
    return num_levels if good else default


def assert_kept(given, kept):
    """Fails unless each value is the one that was given, to float32."""
    assert not np.ma.is_masked(given)
    given = np.asarray(given)
    assert given.shape == kept.shape
    for before, after in zip(given.ravel(), kept.ravel(), strict=True):
        before, after = before.item(), after.item()
        assert math.isfinite(after)
        if kept.dtype.kind in "iu":
            assert before == after
        else:
            assert np.float32(before) == np.float32(after)
