"""Bernoulli output for binary events.

Shapes: `...` any leading axes; one parameter (a logit) per dimension.
"""

import math
from typing import Any

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.distributions.output import OutputDistribution

tfd = tfp.distributions


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class BernoulliOutput(OutputDistribution):
    """`p(x = 1) = sigmoid(logit)` for each dimension, `x` in {0, 1}.

    Args:
        num_levels: 2.

    Raises:
        ValueError: If `num_levels` is not 2.
    """

    name = "bernoulli"
    num_levels = 2
    zero_shift = (-math.inf,)
    has_temperature = True
    has_cuts = True
    has_guidance = True

    def __init__(self, *, num_levels: int = 2) -> None:
        if num_levels != 2:
            raise ValueError(
                '`num_levels` must be 2 for distribution="bernoulli". '
                f"Received: num_levels={num_levels}"
            )

    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        return tf.cast(values, tf.float32)

    def distribution(
        self, parameters: tf.Tensor, event_ndims: int
    ) -> tfd.Distribution:
        return tfd.Independent(
            _Bernoulli(logits=parameters[..., 0], dtype=tf.int32),
            reinterpreted_batch_ndims=event_ndims,
        )

    def tempered(
        self, parameters: tf.Tensor, options: Any
    ) -> tuple[Any, tf.Tensor]:
        logits = parameters / options.temperature
        return self, options.cut_bit(logits)

    def guided(
        self, parameters: tf.Tensor, empty: tf.Tensor, weight: tf.Tensor
    ) -> tuple[Any, tf.Tensor]:
        # A logit is the difference of two log-probabilities.
        return self, weight * parameters + (1.0 - weight) * empty

    def noise(self, uniforms: tf.Tensor) -> tf.Tensor:
        # x = 1 where u > p(0) = sigmoid(-logit), that is logit > logit(1 - u).
        return tf.math.log1p(-uniforms) - tf.math.log(uniforms)

    def draw(self, parameters: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        return tf.cast(parameters > noise, tf.float32)

    def level_log_probs(self, parameters: tf.Tensor) -> tf.Tensor:
        signs = tf.constant([-1.0, 1.0])
        return tf.math.log_sigmoid(signs * parameters)


class _Bernoulli(tfd.Bernoulli):
    """A Bernoulli distribution that scores the value that is there alone.

    TFP computes the log-probabilities of both values of every dimension, and
    leaves one out. What comes out is the same to the last bit.
    """

    def _log_prob(self, event):
        logits = self.logits_parameter()
        signs = 1.0 - 2.0 * tf.cast(event, logits.dtype)
        return -tf.math.softplus(signs * logits)
