"""Shifts, which are added to the outputs of a layer."""

import tensorflow as tf


def plus(outputs: tf.Tensor, shift: tf.Tensor | None) -> tf.Tensor:
    """Returns the outputs plus the shift, if there is one."""
    return outputs if shift is None else outputs + tf.cast(shift, outputs.dtype)
