"""Gaussian mixture output for real-valued events.

Shapes: M mixture components, `...` any leading axes.
"""

from typing import Any

import keras
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.distributions.inverse_cdf import chosen_index
from tf_autoregressive.distributions.output import OutputDistribution

tfd = tfp.distributions


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class GaussianMixtureOutput(OutputDistribution):
    """A mixture of `M` Gaussians for each dimension [1].

        p(x) = sum{ softmax(logits)[m] * Normal(x; loc[m], exp(log_scale[m])) }

    with the parameters `[logits, loc, log_scale]`, `[..., 3 * M]`. Densities
    are with respect to the scale of the data: normalise it first.

    Args:
        num_components: `M`, at least 1.

    Raises:
        ValueError: If `num_components` is below 1.

    References:
        [1] Uria, Murray and Larochelle, "RNADE: The real-valued neural
            autoregressive density-estimator", 2013, Eqs. 5 to 9.
            https://arxiv.org/abs/1306.0186
            Deviation: log-scales are bounded below by -7, where a component
            collapses on a repeated value of the training data, and above by
            60; and the network sees no value beyond 1e18. Both keep float32
            from overflowing: draws are finite at every temperature, and values
            far away have log-probability -inf.
    """

    name = "gaussian_mixture"
    num_uniforms = 2
    has_temperature = True
    min_log_scale, max_log_scale = -7.0, 60.0
    max_input = 1e18

    def __init__(self, *, num_components: int = 10) -> None:
        self.num_components = checked_count("num_components", num_components)
        self.num_parameters = 3 * self.num_components
        # Components that start equal stay equal where the bias is all they
        # have, as in the first dimension. An initializer gets its seed when it
        # is made: one of the class would have another in every process.
        self.bias_initializer = keras.initializers.RandomNormal(stddev=1.0)

    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        values = tf.cast(values, tf.float32)
        return tf.clip_by_value(values, -self.max_input, self.max_input)

    def _per_dim(self, parameters):
        logits, loc, log_scale = tf.split(parameters, 3, axis=-1)
        scale = tf.exp(
            tf.clip_by_value(log_scale, self.min_log_scale, self.max_log_scale)
        )
        return logits, loc, scale

    def distribution(
        self, parameters: tf.Tensor, event_ndims: int
    ) -> tfd.Distribution:
        logits, loc, scale = self._per_dim(parameters)
        return tfd.Independent(
            tfd.MixtureSameFamily(
                tfd.Categorical(logits=logits), tfd.Normal(loc, scale)
            ),
            reinterpreted_batch_ndims=event_ndims,
        )

    def tempered(
        self, parameters: tf.Tensor, options: Any
    ) -> tuple[Any, tf.Tensor]:
        """Divides the logits by, and multiplies the scales with, T."""
        logits, loc, log_scale = tf.split(parameters, 3, axis=-1)
        log_scale = tf.maximum(log_scale, self.min_log_scale)
        log_scale += tf.math.log(tf.cast(options.temperature, tf.float32))
        logits = logits / options.temperature
        return self, tf.concat([logits, loc, log_scale], axis=-1)

    def noise(self, uniforms: tf.Tensor) -> tf.Tensor:
        component, within = tf.split(uniforms, 2, axis=-1)
        return tf.concat([component, tf.math.ndtri(within)], axis=-1)

    def draw(self, parameters: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        logits, loc, scale = self._per_dim(parameters)
        component = chosen_index(tf.nn.softmax(logits), noise[..., :1])
        chosen = tf.one_hot(component, self.num_components)
        loc = tf.reduce_sum(chosen * loc, axis=-1, keepdims=True)
        scale = tf.reduce_sum(chosen * scale, axis=-1, keepdims=True)
        return loc + scale * noise[..., 1:]

    def get_config(self) -> dict[str, Any]:
        return {"num_components": self.num_components}
