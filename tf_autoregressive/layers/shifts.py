"""Shifts, which are added to the outputs of a layer."""

import tensorflow as tf


def plus(outputs: tf.Tensor, shift: tf.Tensor | None) -> tf.Tensor:
    """Returns the outputs plus the shift, if there is one.

    Raises:
        ValueError: If they differ in their number of channels; one channel
            would silently be added to all.
    """
    if shift is None:
        return outputs
    if shift.shape[-1] != outputs.shape[-1]:
        raise ValueError(
            "A context's shift must have as many channels as the outputs that "
            f"it is added to. Received: {shift.shape[-1]} channels for "
            f"{outputs.shape[-1]}"
        )
    return outputs + tf.cast(shift, outputs.dtype)
