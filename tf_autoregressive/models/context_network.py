"""A Keras model that encodes the context of another model.

Shapes: B batch.
"""

import inspect
from typing import Any

import keras
import tensorflow as tf


class ContextNetwork:
    """The `context_network` of a model, and the checks on it.

    Args:
        model: A Keras model or layer, or what `serialize_keras_object` made of
            one. Its weights are made here if they are not there.
        spec: The `tf.TensorSpec` of contexts.

    Raises:
        ValueError: If it is something else, does not take these contexts, or
            does not return one tensor whose shape is known.

    Attributes:
        output_shape: Shape of what it returns for one context.
    """

    def __init__(self, model: Any, spec: tf.TensorSpec) -> None:
        if isinstance(model, dict):
            model = keras.saving.deserialize_keras_object(model)
        if not isinstance(model, keras.Layer):
            raise ValueError(
                "`context_network` must be a Keras model or layer. "
                f"Received: context_network={model!r}"
            )
        self.model = model
        parameters = inspect.signature(model.call).parameters
        self._takes_training = "training" in parameters
        self.output_shape = _output_shape(model, spec)

    def __call__(self, context: tf.Tensor, *, training: bool) -> tf.Tensor:
        """Returns float32 `[B, *output_shape]`."""
        options = {"training": training} if self._takes_training else {}
        return tf.cast(self.model(context, **options), tf.float32)


def _output_shape(model, spec):
    """Returns the shape of what a Keras model returns for one context."""
    rule = (
        f"`context_network` must take contexts of shape {tuple(spec.shape)} "
        "and return one tensor [batch, ..., n] of known sides."
    )
    context = keras.KerasTensor(spec.shape, spec.dtype.name)
    try:
        output = model(context)
    except Exception as error:
        raise ValueError(f"{rule} Received: {error}") from error
    shape = getattr(output, "shape", None)
    if not shape or len(shape) < 2 or None in shape[1:]:
        raise ValueError(f"{rule} Received one that returns {output}")
    return tuple(shape[1:])
