"""The most that this machine does in a second: products, and moving bytes."""

import concurrent.futures
import os
import time
import typing

import numpy as np
import tensorflow as tf

# Sides of the matrices, large enough that a call's own price does not count.
_SIDE = 2048

# Bytes of what is copied: several times those of the caches.
_COPIED = 2**28

_REPEATS = 7


class Machine(typing.NamedTuple):
    """Measured peaks.

    Attributes:
        operations: By dtype, floating-point operations a second.
        num_bytes: Bytes a second, read and written.
    """

    operations: dict[str, float]
    num_bytes: float

    def least_seconds(self, work, dtype):
        """Returns how long the work takes if nothing else does."""
        return max(self.bounds(work, dtype).values())

    def bounds(self, work, dtype):
        """Returns the seconds of the products, and those of the bytes."""
        return {
            "products": work.operations / self.operations[dtype],
            "bytes": work.num_bytes / self.num_bytes,
        }


def measured():
    """Returns the `Machine` that this is."""
    return Machine(
        {dtype: _products(dtype) for dtype in ("float32", "bfloat16")},
        2 * _COPIED / _fastest(_copy()),
    )


def _products(dtype):
    """Returns the operations a second of a large product."""
    left, right = (
        tf.cast(tf.random.stateless_normal([_SIDE, _SIDE], [0, index]), dtype)
        for index in range(2)
    )
    multiply = tf.function(lambda: tf.reduce_max(left @ right), autograph=False)
    return 2 * _SIDE**3 / _fastest(lambda: multiply().numpy())


def _copy():
    """Returns a function that copies with all processors."""
    number = os.cpu_count()
    shape = [number, _COPIED // number]
    source, target = np.ones(shape, "uint8"), np.zeros(shape, "uint8")
    threads = concurrent.futures.ThreadPoolExecutor(number)
    return lambda: [*threads.map(np.copyto, target, source)]


def _fastest(function):
    """Returns the seconds of the fastest call."""
    taken = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken)
