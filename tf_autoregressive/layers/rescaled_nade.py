"""The hidden layer of RNADE.

Shapes: B batch, D event dimensions in generation order, H hidden units,
P parameters per dimension.
"""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.layers.nade import NADEConditionals


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class RescaledNADEConditionals(NADEConditionals):
    """`NADEConditionals` with a learned scale `rho` for each dimension [1].

        outputs[i] = b[i] + g(rho[i] * a[i]) @ V[i]

    The sum `a[i]` grows with `i` where values are not bounded; the scale,
    `(i + 1) ** -0.5` at first, keeps the hidden units in range.

    Args:
        units: Number of hidden units `H`.
        num_parameters: Parameters per dimension `P`.
        **kwargs: As `NADEConditionals` takes them.

    Input shape:
        `[B, D]`, float.

    Output shape:
        `[B, D, P]`, float32.

    References:
        [1] Uria, Murray and Larochelle, "RNADE: The real-valued neural
            autoregressive density-estimator", 2013, Eq. 4.
            https://arxiv.org/abs/1306.0186
    """

    def build(
        self, inputs_shape: Sequence[Any], hidden_bias_shape: Any = None
    ) -> None:
        super().build(inputs_shape, hidden_bias_shape)
        num_dims = inputs_shape[-1]
        self.scale = self.add_weight(
            name="scale",
            shape=(num_dims,),
            initializer=lambda shape, dtype: keras.ops.convert_to_tensor(
                np.arange(1, num_dims + 1) ** -0.5, dtype
            ),
        )

    def step(self, activation: tf.Tensor, row: Mapping[str, tf.Tensor]) -> Any:
        return super().step(activation * row["scale"], row)

    def _weights_by_dimension(self):
        return {**super()._weights_by_dimension(), "scale": self.scale}
