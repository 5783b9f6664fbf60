"""Several values that are drawn in one go, independent of each other.

Shapes: N values of a site, P parameters and U uniforms of a value, `...` any
leading axes.
"""

from typing import Any
from typing import Self

import keras
import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tf_autoregressive.distributions.output import OutputDistribution
from tf_autoregressive.distributions.output import deserialized


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class VectorOutput(OutputDistribution):
    """`p(x) = prod_n p(x[n])` for a site that is the last axis of an event.

    The notes of a step of music are an example: they are conditioned on
    earlier steps, and not on each other. The `N * P` parameters of a site are
    those of its values, one after another.

    Args:
        output: The `OutputDistribution` of one value.
        num_dims: `N`.
    """

    site_ndims = 1

    def __init__(self, output: OutputDistribution, num_dims: int) -> None:
        self.output = output
        self.num_dims = num_dims
        self.num_levels = output.num_levels
        self.is_ordered = output.is_ordered
        self.has_temperature = output.has_temperature
        self.has_cuts = output.has_cuts
        self.has_guidance = output.has_guidance
        self.num_parameters = num_dims * output.num_parameters
        self.num_uniforms = num_dims * output.num_uniforms
        self.bias_initializer = output.bias_initializer
        if output.zero_shift is not None:
            self.zero_shift = np.tile(output.zero_shift, num_dims)

    @property
    def name(self) -> str:
        return self.output.name

    def network_input(self, values: tf.Tensor) -> tf.Tensor:
        return self.output.network_input(values)

    def distribution(
        self, parameters: tf.Tensor, event_ndims: int
    ) -> tfp.distributions.Distribution:
        return self.output.distribution(self._by_value(parameters), event_ndims)

    def site_log_prob(
        self, parameters: tf.Tensor, values: tf.Tensor
    ) -> tf.Tensor:
        return tf.reduce_sum(self.log_prob_per_dim(parameters, values), axis=-1)

    def tempered(
        self, parameters: tf.Tensor, options: Any
    ) -> tuple[Any, tf.Tensor]:
        return self._vector(
            *self.output.tempered(self._by_value(parameters), options)
        )

    def guided(
        self, parameters: tf.Tensor, empty: tf.Tensor, weight: tf.Tensor
    ) -> tuple[Any, tf.Tensor]:
        return self._vector(
            *self.output.guided(
                self._by_value(parameters), self._by_value(empty), weight
            )
        )

    def _vector(self, output, by_value):
        """Returns the output for all values, and parameters `[..., N * P]`."""
        width = self.num_dims * output.num_parameters
        shape = tf.concat([tf.shape(by_value)[:-2], [width]], axis=0)
        vector = VectorOutput(output, self.num_dims)
        return vector, tf.reshape(by_value, shape)

    def noise(self, uniforms: tf.Tensor) -> tf.Tensor:
        by_value = self.output.noise(self._by_value(uniforms))
        return tf.reshape(by_value, tf.shape(uniforms))

    def draw(self, parameters: tf.Tensor, noise: tf.Tensor) -> tf.Tensor:
        return self.output.draw(
            self._by_value(parameters), self._by_value(noise)
        )[..., 0]

    def coding_parameters(self, parameters: tf.Tensor) -> tf.Tensor:
        by_value = self.output.coding_parameters(self._by_value(parameters))
        width = self.num_dims * by_value.shape[-1]
        shape = tf.concat([tf.shape(parameters)[:-1], [width]], axis=0)
        return tf.reshape(by_value, shape)

    def code(
        self,
        coder: Any,
        parameters: np.ndarray,
        log_weights: np.ndarray | None,
        values: np.ndarray | None,
    ) -> np.ndarray:
        if log_weights is not None:
            raise NotImplementedError("Vectors of an ensemble are not coded.")
        # The values are independent, so they are coded in one go.
        width = parameters.shape[-1] // self.num_dims
        coded = self.output.code(
            coder,
            parameters.reshape(-1, 1, width),
            None,
            None if values is None else values.reshape(-1, 1),
        )
        return coded.reshape(-1, self.num_dims)

    def _by_value(self, tensor):
        """Returns `[..., N * n]` as `[..., N, n]`."""
        tensor = tf.convert_to_tensor(tensor)
        size = tensor.shape[-1] // self.num_dims
        shape = tf.concat([tf.shape(tensor)[:-1], [self.num_dims, size]], 0)
        return tf.reshape(tensor, shape)

    def get_config(self) -> dict[str, Any]:
        return {
            "output": keras.saving.serialize_keras_object(self.output),
            "num_dims": self.num_dims,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        return cls(deserialized(config["output"]), config["num_dims"])


def of_whole_sites(
    output: OutputDistribution, num_dims: int
) -> OutputDistribution:
    """Returns an output distribution for sites of `num_dims` values.

    The values are the last axis of an event. They are coupled if the
    distribution couples values, else independent of each other.
    """
    if output.couples_dims:
        return output.coupled(num_dims)
    return VectorOutput(output, num_dims)
