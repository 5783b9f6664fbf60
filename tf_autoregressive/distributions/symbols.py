"""Categorical output for symbols without an order: characters, words."""

import keras
import tensorflow as tf

from tf_autoregressive.distributions.categorical import CategoricalOutput


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SymbolsOutput(CategoricalOutput):
    """`p(x = k) = softmax(logits)[k]`, `x` in 0 to K - 1.

    The network sees `x` itself, to embed it: neighbouring symbols have nothing
    in common.

    Args:
        num_levels: `K`, at least 2.

    Raises:
        ValueError: If `num_levels` is below 2.
    """

    name = "symbols"
    is_ordered = False

    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        return tf.cast(values, tf.float32)
