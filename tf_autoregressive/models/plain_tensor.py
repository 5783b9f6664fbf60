"""Tensors made of what users pass, with nothing dropped on the way."""

from typing import Any

import tensorflow as tf

from tf_autoregressive.arguments import plain_array


def plain_tensor(argument: str, values: tf.Tensor) -> Any:
    """Returns values as a tensor of their own dtype.

    Raises:
        ValueError: If a value is masked, or TensorFlow has no such dtype.
    """
    if not tf.is_tensor(values):
        values = plain_array(argument, values)
    try:
        return tf.convert_to_tensor(values)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"`{argument}` must hold numbers of a dtype that TensorFlow has. "
            f"Received: dtype={values.dtype}"
        ) from error
