"""What one example is: its shape, its levels, and the checks on both.

Shapes: B batch.
"""

import math
from collections import abc

import numpy as np
import tensorflow as tf


class Event:
    """The lattice of event values, `{0, ..., num_levels - 1}`, or real values.

    Args:
        shape: Shape of one event, all axes known.
        num_levels: Number of values of a dimension, `None` if real-valued.

    Raises:
        ValueError: If the shape is empty or an axis is not positive.
    """

    def __init__(self, shape, num_levels):
        shape = checked_shape("event_shape", shape)
        self.shape = shape
        self.num_levels = num_levels

    @property
    def num_dims(self):
        """Number of dimensions `D` of an event."""
        return math.prod(self.shape)

    @property
    def dtype(self):
        """The dtype of samples."""
        return tf.float32 if self.num_levels is None else tf.int32

    def checked(self, x):
        """Returns `x` as a tensor `[B, *shape]` of valid event values.

        Eagerly a bad value raises a `ValueError`; in a graph an assertion
        does, except under XLA, which has none.
        """
        if not tf.is_tensor(x):
            x = np.asarray(x)
        x = tf.convert_to_tensor(x)
        self._check_type_and_shape(x)
        x = self._with_valid_values(x)
        return tf.cast(x, tf.float32) if self.num_levels is None else x

    def _check_type_and_shape(self, x):
        if not (x.dtype.is_integer or x.dtype.is_floating):
            raise ValueError(
                "`x` must hold integers or whole numbers. "
                f"Received: dtype={x.dtype.name}"
            )
        rank = len(self.shape) + 1
        if x.shape.rank != rank or not x.shape[1:].is_compatible_with(
            self.shape
        ):
            raise ValueError(
                f"`x` must have shape [batch, *event_shape] with event_shape="
                f"{self.shape}. Received shape {tuple(x.shape)}"
            )
        if x.shape[0] == 0:
            raise ValueError(
                f"`x` must hold at least one example. Received shape "
                f"{tuple(x.shape)}"
            )

    def _with_valid_values(self, x):
        rule, valid = self._valid(x)
        message = f"`x` must hold {rule}. Scaling happens inside the model."
        if not tf.executing_eagerly():
            received = [
                "Received values in",
                tf.reduce_min(x),
                tf.reduce_max(x),
            ]
            check = tf.debugging.Assert(
                tf.reduce_all(valid), [message, *received]
            )
            # Before all else: other operations have errors of their own.
            with tf.control_dependencies([check]):
                return tf.identity(x)
        if not tf.reduce_all(valid):
            wrong = tf.boolean_mask(x, ~valid)[0].numpy()
            raise ValueError(
                f"{message} Received: {wrong} among values of dtype "
                f"{x.dtype.name}"
            )
        return x

    def _valid(self, x):
        if self.num_levels is None:
            return "finite numbers", tf.math.is_finite(tf.cast(x, tf.float32))
        rule = f"integers in [0, {self.num_levels - 1}]"
        if x.dtype.is_floating:
            if x.dtype.size < 4:
                # Levels would be rounded to 16 bits.
                x = tf.cast(x, tf.float32)
            # False for NaN as well: every comparison with it is.
            whole = tf.equal(x, tf.floor(x))
            return rule, whole & (x >= 0) & (x <= self.num_levels - 1)
        if x.dtype.max < self.num_levels:
            return rule, x >= 0
        return rule, (x >= 0) & (x <= tf.cast(self.num_levels - 1, x.dtype))


def checked_shape(argument, shape):
    """Returns a shape as a tuple; an int stands for one axis.

    Raises:
        ValueError: If it is empty or an axis is no positive integer.
    """
    axes = tuple(shape) if isinstance(shape, abc.Iterable) else (shape,)
    if not axes or not all(
        isinstance(axis, (int, np.integer)) and axis > 0 for axis in axes
    ):
        raise ValueError(
            f"`{argument}` must hold at least one axis, each a positive "
            f"integer. Received: {argument}={shape!r}"
        )
    return tuple(map(int, axes))
