"""Discretized logistic mixture output for levels on a scale, as of pixels.

Shapes: C channels per site, K mixture components, `...` any leading axes,
P = K * (1 + 2 * C + C * (C - 1) / 2) parameters per site.
"""

import math
from typing import Any

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.distributions.discretized_logistic_mixture import (
    DiscretizedLogisticMixture,
)
from tf_autoregressive.distributions.discretized_logistic_mixture import (
    bounded_log_scale,
)
from tf_autoregressive.distributions.discretized_logistic_mixture import (
    standard_noise,
)
from tf_autoregressive.distributions.logistic_coding import LogisticCoding
from tf_autoregressive.distributions.output import OutputDistribution
from tf_autoregressive.distributions.output import centred
from tf_autoregressive.distributions.uncast import Uncast

tfd = tfp.distributions


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class DiscretizedLogisticMixtureOutput(OutputDistribution):
    """A `DiscretizedLogisticMixture` for each site.

    The parameters of a site are `[logits, loc, log_scale, coeffs]`, of `K`,
    `C * K`, `C * K` and `C * (C - 1) / 2 * K` numbers with the components
    innermost. The network sees values on the scale [-1, 1].

    Without `num_channels` every dimension is a site of its own, and `C = 1`.
    With it the last axis of an event is one site, drawn in one go: parameters
    are `[..., *event_shape[:-1], P]`.

    Args:
        num_levels: Number of levels, at least 2.
        num_components: `K`, at least 1.
        num_channels: `C`, at least 1, or `None`.

    Raises:
        ValueError: If an argument is out of range.
    """

    name = "discretized_logistic_mixture"
    couples_dims = True
    num_levels: int
    has_temperature = True

    def __init__(
        self,
        *,
        num_levels: int = 256,
        num_components: int = 10,
        num_channels: int | None = None,
    ) -> None:
        self.num_levels = checked_num_levels(num_levels)
        self.num_components = checked_count("num_components", num_components)
        self.num_channels = num_channels
        if num_channels is not None:
            self.num_dims = checked_count("num_channels", num_channels)
            self.site_ndims = 1
        self.num_uniforms = 2 * self.num_dims
        self.num_parameters = sum(_sizes(self.num_components, self.num_dims))
        self.bias_initializer = LogisticMixtureBias(
            self.num_components, self.num_dims
        )

    def coupled(self, num_dims: int) -> OutputDistribution:
        return DiscretizedLogisticMixtureOutput(
            num_levels=self.num_levels,
            num_components=self.num_components,
            num_channels=num_dims,
        )

    def get_config(self) -> dict[str, Any]:
        return {
            "num_levels": self.num_levels,
            "num_components": self.num_components,
            "num_channels": self.num_channels,
        }

    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        return centred(values, self.num_levels)

    def distribution(
        self, parameters: tf.Tensor, event_ndims: int
    ) -> tfd.Distribution:
        sites = self._sites(parameters)
        if self.site_ndims:
            return tfd.Independent(sites, event_ndims - 1)
        return tfd.Independent(_WithoutChannels(sites), event_ndims)

    def log_prob_per_dim(
        self, parameters: tf.Tensor, values: tf.Tensor
    ) -> tf.Tensor:
        sites = self._sites(parameters)
        if self.site_ndims:
            return sites.log_prob_per_channel(values)
        return sites.log_prob(values[..., None])

    def site_log_prob(
        self, parameters: tf.Tensor, values: tf.Tensor
    ) -> tf.Tensor:
        return self._sites(parameters).log_prob(values)

    def tempered(
        self, parameters: tf.Tensor, options: Any
    ) -> tuple[Any, tf.Tensor]:
        """Divides the logits by, and multiplies the scales with, T.

        Scales stay within their bounds. Cuts are not offered: they would take
        an enumeration of all levels at every position.
        """
        temperature = options.temperature
        logits, loc, log_scale, coeffs = self._split(parameters)
        log_scale = bounded_log_scale(log_scale, self.num_levels)
        log_scale += tf.math.log(tf.cast(temperature, log_scale.dtype))
        parts = [logits / temperature, loc, log_scale, coeffs]
        return self, tf.concat(parts, axis=-1)

    @property
    def has_location(self) -> bool:
        # The means of coupled channels depend on the levels of others.
        return not self.site_ndims

    def moved(
        self, parameters: tf.Tensor, location: tf.Tensor, scale: tf.Tensor
    ) -> tf.Tensor:
        logits, loc, log_scale, coeffs = self._split(parameters)
        loc = location[..., None] + scale[..., None] * loc
        log_scale += tf.math.log(scale)[..., None]
        return tf.concat([logits, loc, log_scale, coeffs], axis=-1)

    def noise(self, uniforms: tf.Tensor) -> tf.Tensor:
        return standard_noise(uniforms)

    def draw(self, parameters: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        return self._sites(parameters).from_noise(noise)

    def draw_given(
        self,
        parameters: tf.Tensor,
        noise: tf.Tensor,
        known: tf.Tensor,
        values: tf.Tensor,
    ) -> tf.Tensor:
        return self._sites(parameters).from_noise(noise, known, values)

    def coding_parameters(self, parameters: tf.Tensor) -> tf.Tensor:
        logits, loc, log_scale, coeffs = self._split(parameters)
        log_scale = bounded_log_scale(log_scale, self.num_levels)
        return tf.concat([logits, loc, log_scale, coeffs], axis=-1)

    def code(
        self,
        coder: Any,
        parameters: np.ndarray,
        log_weights: np.ndarray | None,
        values: np.ndarray | None,
    ) -> np.ndarray:
        coding = LogisticCoding(
            parameters.astype("float64"),
            log_weights,
            _sizes(self.num_components, self.num_dims),
            self.num_levels,
        )
        return coding.code(coder, values)

    def _split(self, parameters):
        sizes = _sizes(self.num_components, self.num_dims)
        return tf.split(parameters, sizes, axis=-1)

    def _sites(self, parameters):
        logits, *by_channel = self._split(tf.convert_to_tensor(parameters))
        leading, count = tf.shape(logits)[:-1], self.num_components
        loc, log_scale, coeffs = (
            tf.reshape(
                part,
                tf.concat([leading, [part.shape[-1] // count, count]], axis=0),
            )
            for part in by_channel
        )
        return DiscretizedLogisticMixture(
            logits, loc, log_scale, coeffs, num_levels=self.num_levels
        )


class _WithoutChannels(Uncast, tfd.Distribution):
    """A distribution over scalars, made from one over `[1]`.

    A bijector would do the same, but not for values of unsigned dtypes.
    """

    def __init__(self, distribution, name="WithoutChannels"):
        self._distribution = distribution
        super().__init__(
            dtype=distribution.dtype,
            reparameterization_type=distribution.reparameterization_type,
            validate_args=distribution.validate_args,
            allow_nan_stats=distribution.allow_nan_stats,
            parameters={"distribution": distribution, "name": name},
            name=name,
        )

    @classmethod
    def _parameter_properties(cls, dtype, num_classes=None):
        return {"distribution": tfp.util.BatchedComponentProperties()}

    def _event_shape(self):
        return tf.TensorShape([])

    def _event_shape_tensor(self):
        return tf.constant([], tf.int32)

    def _default_event_space_bijector(self):
        return None

    def _log_prob(self, value):
        return self._distribution.log_prob(value[..., None])

    def _log_cdf(self, value):
        return self._distribution.log_cdf(value[..., None])

    def _sample_n(self, n, seed=None):
        return self._distribution.sample(n, seed)[..., 0]

    def _mean(self):
        return self._distribution.mean()[..., 0]

    def _mode(self):
        return self._distribution.mode()[..., 0]

    def _variance(self):
        return self._distribution.variance()[..., 0]

    def _entropy(self):
        return self._distribution.entropy()

    def _quantile(self, value):
        return self._distribution.quantile(value[..., None])[..., 0]


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class LogisticMixtureBias(keras.initializers.Initializer):
    """Initializer that puts the components side by side over [-1, 1].

    Components that start equal stay equal where the bias is all they have, as
    in the first dimension. The means are at the centres of `K` equal parts,
    the scales are the width of a part; logits and coefficients are zero.

    Args:
        num_components: `K`.
        num_channels: `C`.

    Call arguments:
        shape: `[..., n * P]`: the parameters of `n` sites.
        dtype: Dtype of the values.

    Raises:
        ValueError: If `P` does not divide the last axis of the shape.
    """

    def __init__(self, num_components: int, num_channels: int = 1) -> None:
        self.num_components = num_components
        self.num_channels = num_channels

    def __call__(self, shape, dtype=None):
        count, channels = self.num_components, self.num_channels
        centres = [(2 * k + 1) / count - 1 for k in range(count)]
        zeros, *_, coupling = _sizes(count, channels)
        site = (
            [0.0] * zeros
            + centres * channels
            + [math.log(2 / count)] * (count * channels)
            + [0.0] * coupling
        )
        if shape[-1] % len(site):
            raise ValueError(
                f"`shape` must end in a multiple of {len(site)}, the number of "
                f"parameters of a site. Received: shape={tuple(shape)}"
            )
        sites = site * (shape[-1] // len(site))
        return ops.broadcast_to(ops.convert_to_tensor(sites, dtype), shape)

    def get_config(self) -> dict[str, Any]:
        return {
            "num_components": self.num_components,
            "num_channels": self.num_channels,
        }


def _sizes(num_components, num_channels):
    """Returns the numbers of logits, means, log-scales and coefficients."""
    per_component = (1, num_channels, num_channels, math.comb(num_channels, 2))
    return [num_components * number for number in per_component]
