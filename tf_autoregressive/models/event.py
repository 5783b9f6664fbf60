"""Events, which examples are: their shape, their levels, and the checks.

Shapes: B batch.
"""

import math

import tensorflow as tf

from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.models.assertions import asserted
from tf_autoregressive.models.plain_tensor import plain_tensor
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


class Event:
    """The lattice of event values, `{0, ..., num_levels - 1}`, or real values.

    Args:
        shape: Shape of one event, all axes known.
        num_levels: Number of values of a dimension, `None` if real-valued.

    Raises:
        ValueError: If the shape is empty or an axis is not positive, or
            `num_levels` is not a number of levels that float32 tells apart.
    """

    def __init__(self, shape: Shape, num_levels: int | None) -> None:
        self.shape = checked_counts("event_shape", shape)
        if num_levels is not None:
            num_levels = checked_num_levels(num_levels)
        self.num_levels = num_levels

    @property
    def num_dims(self) -> int:
        """Number of dimensions `D` of an event."""
        return math.prod(self.shape)

    @property
    def dtype(self) -> tf.DType:
        """The dtype of samples."""
        return tf.float32 if self.num_levels is None else tf.int32

    def checked(self, x: Array) -> tf.Tensor:
        """Returns `x` as a tensor `[B, *shape]` of valid event values.

        Booleans are zeros and ones. A bad value raises a `ValueError` in eager
        mode, and fails an assertion in a graph, except under XLA, which has
        none.
        """
        x = plain_tensor("x", x)
        _check_type(x, "x")
        self._check_shape(x)
        x = self.with_valid_values(x)
        return tf.cast(x, tf.float32) if self.num_levels is None else x

    def _check_shape(self, x):
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

    def with_valid_values(self, x: Array, name: str = "x") -> tf.Tensor:
        """Returns a tensor of any shape, its values checked as by `checked`.

        Args:
            x: A tensor; booleans become 0 and 1.
            name: The name that errors give to the tensor.
        """
        _check_type(x, name)
        if x.dtype.is_bool:
            x = tf.cast(x, tf.uint8)
        rule, valid = self.validity(x)
        message = (
            f"`{name}` must hold {rule}. Scaling happens inside the model."
        )
        if not tf.executing_eagerly():
            values = [tf.reduce_min(x), tf.reduce_max(x)]
            return asserted(
                x,
                tf.reduce_all(valid),
                [message, "Received values in", *values],
            )
        if not tf.reduce_all(valid):
            wrong = tf.boolean_mask(x, ~valid)[0].numpy()
            raise ValueError(
                f"{message} Received: {wrong} among values of dtype "
                f"{x.dtype.name}"
            )
        return x

    def validity(self, x: Array) -> tuple[str, tf.Tensor]:
        """Returns in words what values must be, and for each whether it is.

        Args:
            x: A tensor of numbers, of any shape.
        """
        if self.num_levels is None:
            return "finite numbers", tf.math.is_finite(tf.cast(x, tf.float32))
        rule = f"integers in [0, {self.num_levels - 1}]"
        if x.dtype.is_floating:
            if x.dtype.size < 4:
                # In 16 bits levels would be rounded.
                x = tf.cast(x, tf.float32)
            # NaN is refused as well, because every comparison with it is false.
            whole = tf.equal(x, tf.floor(x))
            return rule, whole & (x >= 0) & (x <= self.num_levels - 1)
        if x.dtype.max < self.num_levels:
            return rule, x >= 0
        return rule, (x >= 0) & (x <= tf.cast(self.num_levels - 1, x.dtype))


def _check_type(x, name):
    """Raises a `ValueError` unless a tensor's dtype is one of numbers."""
    if not (x.dtype.is_integer or x.dtype.is_floating or x.dtype.is_bool):
        raise ValueError(
            f"`{name}` must hold integers or whole numbers. "
            f"Received: dtype={x.dtype.name}"
        )
