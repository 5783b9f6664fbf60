"""Gates: of Gated PixelCNN and WaveNet, and of PixelSNAIL."""

import tensorflow as tf
from keras import ops


def gated(x: tf.Tensor) -> tf.Tensor:
    """Returns `tanh(f) * sigmoid(g)` of the two halves of `[..., 2p]`.

    Computed in float32: bfloat16 takes a CPU longer, and rounds every factor.
    """
    f, g = ops.split(ops.cast(x, "float32"), 2, axis=-1)
    return ops.cast(ops.tanh(f) * ops.sigmoid(g), x.dtype)


def linearly_gated(x: tf.Tensor) -> tf.Tensor:
    """Returns `f * sigmoid(g)` of the two halves of `[..., 2p]`."""
    f, g = ops.split(x, 2, axis=-1)
    return f * ops.sigmoid(g)
