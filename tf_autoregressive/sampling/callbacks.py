"""Python functions that a graph calls, in every run of it another one.

A graph holds the number of a function, not the function: it is traced once.
"""

import contextlib
import itertools
from collections.abc import Callable
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

_callbacks: dict[int, "_Callback"] = {}
_numbers = itertools.count()


class _Callback:
    """A function, and the error that it ended with."""

    def __init__(self, function):
        self._function, self.error = function, None

    def __call__(self, *arrays):
        try:
            return self._function(*arrays)
        except Exception as error:
            self.error = error
            raise


@contextlib.contextmanager
def numbered(function: Callable[..., np.ndarray]) -> Iterator[tf.Tensor]:
    """Yields the number by which `call` finds a function.

    An error of the function ends the graph, and comes out of the `with` block.

    Args:
        function: Takes NumPy arrays, and returns a float32 one.
    """
    number, callback = next(_numbers), _Callback(function)
    _callbacks[number] = callback
    try:
        yield tf.constant(number, tf.int64)
    except tf.errors.OpError:
        if callback.error is None:
            raise
        raise callback.error from None
    finally:
        del _callbacks[number]


def call(number: tf.Tensor, *tensors: tf.Tensor) -> Any:
    """Returns what the function of a number returns, float32, in a graph.

    Args:
        number: What `numbered` yielded.
        *tensors: The arguments of the function.
    """
    return tf.numpy_function(_called, [number, *tensors], tf.float32)


def _called(number, *arrays):
    return _callbacks[int(number)](*arrays)
