"""Deep NADE: one network for the conditionals of every ordering.

Shapes: B batch, D event dimensions, P parameters per dimension, H units of the
first hidden layer, E orderings.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.models.order_agnostic import OrderAgnosticModel
from tf_autoregressive.types import Activation
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class DeepNADE(OrderAgnosticModel):
    """Order-agnostic deep NADE, and EoNADE with several orderings [1].

    A plain network reads the known values and which ones are known,

        h[1] = g(concat(x * known, known) @ W[1] + b[1]), ..., h[L]
        parameters = h[L] @ V + c

    so one set of weights has the conditionals of every ordering. An update
    draws for each example an ordering `o` and a number `d - 1` of known
    dimensions, both uniformly, and takes the unbiased estimate [1, Eq. 12]

        log p(x) ~ D / (D - d + 1) * sum{ log p(x[o[i]] | x[o[<d]]) : i >= d }

    The `loss` in the training logs is that estimate's. Evaluation is exact:
    `log p(x)` under `ordering`, `D` passes, or under the uniform mixture of
    `num_orderings` of them (EoNADE). Completion puts the known dimensions
    first, and so conditions on all of them.

    Args:
        event_shape: Shape of one event.
        units: Units of each hidden layer, at least one layer.
        activation: The nonlinearity `g`.
        **kwargs: Passed to `OrderAgnosticModel`: `ordering`, `num_orderings`,
            `ordering_seed`, `distribution`, `num_levels`, `num_components`,
            `num_classes`, `context_shape`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If `units` is empty or below 1, `num_orderings` is below 1,
            or `ordering` is not a permutation.

    Example:
        >>> model = DeepNADE((8,), units=(16, 16), num_orderings=2)
        >>> model(np.zeros((3, 8), "uint8")).batch_shape.as_list()
        [3]

    References:
        [1] Uria, Murray and Larochelle, "A Deep and Tractable Density
            Estimator", 2014, Eqs. 8 to 13 and Sec. 4.
            https://arxiv.org/abs/1310.1757
            Deviation: `o` and `d` are drawn for each example, not for each
            batch, and the `d` of a batch lie evenly, which lowers the variance
            of the update.
    """

    takes_dim_shifts = True

    def __init__(
        self,
        event_shape: Shape,
        *,
        units: int | Sequence[int] = (500, 500),
        activation: Activation = "relu",
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.units = units = checked_counts("units", units)
        self.activation = keras.activations.get(activation)
        self.hidden_layers = [
            keras.layers.Dense(
                width, kernel_initializer="he_uniform", dtype=self.dtype_policy
            )
            for width in units
        ]
        self.output_layer = keras.layers.Dense(
            self.num_dims * self.output_distribution.num_parameters,
            bias_initializer=self.output_distribution.bias_initializer,
            dtype="float32",
        )
        self.context_layer = None
        if self.context.expected:
            self.context_layer = keras.layers.Dense(
                units[0], use_bias=False, dtype="float32"
            )
        self.build()

    def conditionals(
        self, inputs: tf.Tensor, known: tf.Tensor, context: Array | None
    ) -> tf.Tensor:
        first, *rest = self.hidden_layers
        total = first(tf.concat([inputs, known], axis=1))
        if context is not None:
            total += tf.cast(self._context_shift(context), total.dtype)
        hidden = self._deeper(total, rest)
        return self._by_dim(self.output_layer(hidden))

    def _by_dim(self, parameters):
        """Returns parameters `[B, D * P]` as `[B, D, P]`, shifted."""
        width = self.output_distribution.num_parameters
        by_dim = tf.reshape(parameters, [-1, self.num_dims, width])
        if self.output_distribution.dim_shifts is None:
            return by_dim
        return by_dim + self.output_distribution.dim_shifts

    def _context_shift(self, context):
        return self.context_layer(keras.layers.Flatten()(context))

    def _deeper(self, total, layers):
        """Returns the last hidden layer from the first one's sums."""
        hidden = self.activation(total)
        for layer in layers:
            hidden = self.activation(layer(hidden))
        return hidden

    # In incremental sampling each new value adds to the first layer's sums. The
    # layers above are computed anew, for one dimension of output.

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        ordering: np.ndarray,
    ) -> State:
        total = tf.tile(
            tf.cast(self.hidden_layers[0].bias, tf.float32)[None],
            [batch_size, 1],
        )
        if context is not None:
            total += self._context_shift(context)
        sites = tf.broadcast_to(ordering, [batch_size, self.num_dims])
        return {"total": total, "sites": sites}

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        hidden = self._deeper(state["total"], self.hidden_layers[1:])
        width = self.output_distribution.num_parameters
        kernel = tf.reshape(
            tf.transpose(self.output_layer.kernel),
            [self.num_dims, width, self.units[-1]],
        )
        bias = self._by_dim(self.output_layer.bias)[0]
        site = state["sites"][:, position.rank]
        parameters = tf.gather(bias, site) + tf.linalg.matvec(
            tf.gather(kernel, site), tf.cast(hidden, tf.float32)
        )
        return parameters, state

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        site = state["sites"][:, position.rank]
        kernel = tf.cast(self.hidden_layers[0].kernel, tf.float32)
        # The first layer reads `concat(x * known, known)`.
        of_value, of_known = tf.split(kernel, 2)
        value = self.output_distribution.network_input(value)
        added = value * tf.gather(of_value, site) + tf.gather(of_known, site)
        return {**state, "total": state["total"] + added}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": list(self.units),
            "activation": keras.activations.serialize(self.activation),
        }
