"""Weight normalisation with data-dependent initialisation.

Shapes: O filters.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

# A feature of a smaller variance counts as constant, as all features do that
# are computed from the padding above the first row alone.
_LEAST_VARIANCE = 1e-6


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class WeightNorm(keras.layers.Layer):
    """A base that normalises the kernel of the convolution that comes after it.

        kernel = scale * direction / norm(direction)              [1, Eq. 2]

    with a norm per filter, over all its inputs. `initialise` sets scale and
    bias such that the outputs on a batch have a standard deviation of
    `init_scale` and the mean that the bias initializer gives, 0 by default
    [1, Eqs. 5 and 6]. A filter whose outputs are constant there has no
    deviation to set: its scale becomes `init_scale`.

    References:
        [1] Salimans and Kingma, "Weight Normalization", 2016.
            https://arxiv.org/abs/1602.07868
    """

    def __init__(
        self, *args: Any, init_scale: float = 1.0, **kwargs: Any
    ) -> None:
        kwargs.setdefault("kernel_initializer", "random_normal")
        super().__init__(*args, **kwargs)
        if not kwargs.get("use_bias", True):
            raise ValueError(
                "`use_bias` must be True: `initialise` sets the mean of the "
                "outputs by it. Received: use_bias=False"
            )
        self.init_scale = init_scale

    def build(self, input_shape: Sequence[Any]) -> None:
        super().build(input_shape)
        self.scale = self.add_weight(
            name="scale", shape=(self.filters,), initializer="ones"
        )

    def effective_kernel(self) -> tf.Tensor:
        """Returns the normalised kernel, in the compute dtype."""
        direction = tf.math.l2_normalize(
            ops.cast(self.kernel, "float32"), axis=[0, 1, 2]
        )
        return ops.cast(self.scale * direction, self.compute_dtype)

    def initialise(self, inputs: tf.Tensor) -> None:
        """Sets scale and bias by the outputs on `inputs [B, H, W, I]`."""
        # The outputs are measured at scale 1 and bias 0, so that a second call
        # gives the same.
        self.scale.assign(tf.ones_like(self.scale))
        self.bias.assign(tf.zeros_like(self.bias))
        mean, variance = tf.nn.moments(
            tf.cast(self(inputs), tf.float32), axes=[0, 1, 2]
        )
        variance = tf.where(variance < _LEAST_VARIANCE, 1.0, variance)
        scale = self.init_scale * tf.math.rsqrt(variance)
        self.scale.assign(scale)
        bias = self.bias_initializer(self.bias.shape)
        self.bias.assign(bias - mean * scale)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "init_scale": self.init_scale}
