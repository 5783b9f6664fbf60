"""Assertions on values that only a running graph knows."""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.compilation import is_compiled


def asserted(tensor: tf.Tensor, condition: Any, message: Sequence[Any]) -> Any:
    """Returns `tensor`, once a condition was found true in the running graph.

    XLA has no assertions: it would drop this one, and log a warning. Values
    must be checked before a graph that it compiles, where this does nothing.

    Args:
        tensor: The tensor that depends on the condition.
        condition: bool scalar.
        message: The texts and tensors that the error shows, a list.
    """
    if is_compiled():
        return tensor
    check = tf.debugging.Assert(condition, message)
    # The assertion runs first, because other operations have errors of their
    # own.
    with tf.control_dependencies([check]):
        return tf.identity(tensor)
