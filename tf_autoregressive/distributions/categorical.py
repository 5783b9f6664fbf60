"""Outputs for events of K levels, by the logits of all of them.

Shapes: K levels, P parameters, `...` any leading axes.
"""

import abc
import math
from typing import Any

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.distributions.inverse_cdf import chosen_index
from tf_autoregressive.distributions.output import OutputDistribution
from tf_autoregressive.distributions.output import centred

tfd = tfp.distributions

# Stands for the log-probability of what is impossible: finite, because the
# difference of two infinities is not a number.
_IMPOSSIBLE = -1e4


class LevelsOutput(OutputDistribution):
    """`p(x = k) = softmax(logits(parameters))[k]`, `x` in 0 to K - 1.

    A subclass says what the logits of all levels are; scores, draws,
    temperature and cuts follow. The network sees `x` on the scale [-1, 1].

    Args:
        num_levels: `K`, at least 2.

    Raises:
        ValueError: If `num_levels` is below 2.
    """

    num_levels: int
    has_temperature = True
    has_cuts = True
    has_guidance = True

    def __init__(self, num_levels: int = 256) -> None:
        self.num_levels = checked_num_levels(num_levels)

    @abc.abstractmethod
    def logits(self, parameters: tf.Tensor) -> tf.Tensor:
        """Returns logits `[..., K]`, up to a constant, from `[..., P]`."""

    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        return centred(values, self.num_levels)

    def distribution(
        self, parameters: tf.Tensor, event_ndims: int
    ) -> tfd.Distribution:
        return tfd.Independent(
            AnyDtypeCategorical(logits=self.logits(parameters), dtype=tf.int32),
            reinterpreted_batch_ndims=event_ndims,
        )

    def tempered(
        self, parameters: tf.Tensor, options: Any
    ) -> tuple[Any, tf.Tensor]:
        logits = self.logits(parameters) / options.temperature
        return CategoricalOutput(self.num_levels), options.cut(logits)

    def guided(
        self, parameters: tf.Tensor, empty: tf.Tensor, weight: tf.Tensor
    ) -> tuple[Any, tf.Tensor]:
        given, empty = (
            tf.maximum(tf.nn.log_softmax(self.logits(p)), _IMPOSSIBLE)
            for p in (parameters, empty)
        )
        logits = weight * given + (1.0 - weight) * empty
        return CategoricalOutput(self.num_levels), logits

    def draw(self, parameters: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        probabilities = tf.nn.softmax(self.logits(parameters))
        level = chosen_index(probabilities, noise)
        return tf.cast(level[..., None], tf.float32)

    def level_log_probs(self, parameters: tf.Tensor) -> tf.Tensor:
        return tf.nn.log_softmax(self.logits(parameters))

    def get_config(self) -> dict[str, Any]:
        return {"num_levels": self.num_levels}


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CategoricalOutput(LevelsOutput):
    """`p(x = k) = softmax(logits)[k]` for each dimension, `x` in 0 to K - 1.

    The network sees `x` on the scale [-1, 1].

    Args:
        num_levels: `K`, at least 2.

    Raises:
        ValueError: If `num_levels` is below 2.
    """

    name = "categorical"

    def __init__(self, num_levels: int = 256) -> None:
        super().__init__(num_levels)
        self.num_parameters = self.num_levels
        self.zero_shift = (0.0, *[-math.inf] * (self.num_levels - 1))

    def logits(self, parameters: tf.Tensor) -> tf.Tensor:
        return parameters


class AnyDtypeCategorical(tfd.Categorical):
    """A `tfd.Categorical` that scores levels of any dtype, such as uint8."""

    def _log_prob(self, value):
        return super()._log_prob(tf.cast(value, self.dtype))
