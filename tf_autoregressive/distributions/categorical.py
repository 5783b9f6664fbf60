"""Categorical output for events of K levels.

Shapes: K levels, `...` any leading axes.
"""

import math

import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.distributions.inverse_cdf import chosen_index
from tf_autoregressive.distributions.output import OutputDistribution

tfd = tfp.distributions


class CategoricalOutput(OutputDistribution):
    """`p(x = k) = softmax(logits)[k]` for each dimension, `x` in 0 to K - 1.

    The network sees `x` on the scale [-1, 1].

    Args:
        num_levels: `K`, at least 2; 256 if `None`.
        num_components: Not used.

    Raises:
        ValueError: If `num_levels` is below 2.
    """

    has_temperature = True
    has_cuts = True

    def __init__(self, *, num_levels=None, num_components=None):
        num_levels = 256 if num_levels is None else num_levels
        if num_levels < 2:
            raise ValueError(
                '`num_levels` must be at least 2 for distribution="categorical"'
                f". Received: num_levels={num_levels}"
            )
        self.num_levels = num_levels
        self.num_parameters = num_levels
        self.zero_shift = (0.0, *[-math.inf] * (num_levels - 1))

    def network_input(self, values):
        scale = 2.0 / (self.num_levels - 1)
        return tf.cast(values, tf.float32) * scale - 1.0

    def distribution(self, parameters, event_ndims):
        return tfd.Independent(
            Levels(logits=parameters, dtype=tf.int32),
            reinterpreted_batch_ndims=event_ndims,
        )

    def tempered(self, parameters, options):
        return self, options.cut(parameters / options.temperature)

    def draw(self, parameters, noise):
        level = chosen_index(tf.nn.softmax(parameters), noise)
        return tf.cast(level[..., None], tf.float32)


class Levels(tfd.Categorical):
    """A `tfd.Categorical` that scores levels of any dtype, uint8 included."""

    def _log_prob(self, value):
        return super()._log_prob(tf.cast(value, self.dtype))
