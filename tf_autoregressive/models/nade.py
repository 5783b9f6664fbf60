"""NADE: the neural autoregressive distribution estimator.

Shapes: B batch, D event dimensions, P parameters per dimension, H hidden
units.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive import orderings
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers import NADEConditionals
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.types import Activation
from tf_autoregressive.types import Array
from tf_autoregressive.types import Ordering
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class NADE(AutoregressiveModel):
    """Neural autoregressive distribution estimator of a fixed order [1].

        p(x[i] = 1 | x[<i]) = sigmoid(b[i] + V[i] @ h[i])
        h[i] = g(c + sum{ W[j] * x[j] : j < i })

    with `i` and `j` ranks in the ordering: one hidden layer that grows with
    every dimension, `O(D * H)` for an event. A context adds a linear map of
    itself to `c`, and so reaches every output. Train with
    `compile(..., jit_compile=True)`: the pass is a loop over the dimensions.

    Args:
        event_shape: Shape of one event.
        units: Number of hidden units `H`. 500 in the paper.
        activation: The nonlinearity `g`: `"sigmoid"` in the paper; `"relu"`
            does as well and is cheaper [2, Tab. 2].
        ordering: A name or a permutation, as `orderings.resolve` takes it:
            `"natural"`, `"reversed"`, `"random"`, `"snake"`, `"hilbert"`.
        **kwargs: Passed to `AutoregressiveModel`: `distribution`,
            `num_levels`, `num_components`, `num_classes`, `context_shape`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If `units` is below 1, or `ordering` is not a permutation.

    Example:
        >>> NADE((28, 28, 1), units=500).count_params()
        785284

    References:
        [1] Larochelle and Murray, "The Neural Autoregressive Distribution
            Estimator", 2011, Eqs. 8 to 10 and Alg. 1.
            https://proceedings.mlr.press/v15/larochelle11a.html
        [2] Uria, Murray and Larochelle, "A Deep and Tractable Density
            Estimator", 2014. https://arxiv.org/abs/1310.1757
    """

    incremental = True
    takes_dim_shifts = True
    conditionals_layer = NADEConditionals

    def __init__(
        self,
        event_shape: Shape,
        *,
        units: int = 500,
        activation: Activation = "relu",
        ordering: Ordering = "natural",
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.units = checked_count("units", units)
        self.activation = keras.activations.get(activation)
        self.ordering_argument = ordering
        self.ordering = orderings.resolve(ordering, self.event_shape)[None]
        self.conditionals = self.conditionals_layer(
            units,
            self.output_distribution.num_parameters,
            activation=activation,
            bias_initializer=self.output_distribution.bias_initializer,
            dtype="float32",
        )
        self.context_layer = None
        if self.context.expected:
            self.context_layer = keras.layers.Dense(
                units, use_bias=False, dtype="float32"
            )
        self.build()

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        x = keras.ops.reshape(inputs, [-1, self.num_dims])
        by_rank = keras.ops.take(x, self.ordering[0], axis=1)
        parameters = self.conditionals(by_rank, self._hidden_bias(context))
        by_dim = keras.ops.take(
            parameters, orderings.ranks(self.ordering[0]), axis=1
        )
        if self.output_distribution.dim_shifts is not None:
            by_dim += self.output_distribution.dim_shifts
        return keras.ops.reshape(
            by_dim,
            [-1, *self.event_shape, self.output_distribution.num_parameters],
        )

    def _hidden_bias(self, context):
        """Returns the context's shift of `c`, `[B, H]` or `None`."""
        if context is None:
            return None
        return self.context_layer(keras.layers.Flatten()(context))

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
    ) -> State:
        activation = self.conditionals.first_activation(
            batch_size, self._hidden_bias(context)
        )
        return {"activation": activation, "rows": self.conditionals.rows()}

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        row = self.conditionals.row(state["rows"], position.rank)
        parameters = self.conditionals.step(state["activation"], row)
        if self.output_distribution.dim_shifts is not None:
            by_rank = self.output_distribution.dim_shifts[self.ordering[0]]
            parameters += tf.constant(by_rank)[position.rank]
        return parameters, state

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        value = self.output_distribution.network_input(value)
        row = self.conditionals.row(state["rows"], position.rank)
        activation = self.conditionals.observe(state["activation"], row, value)
        return {**state, "activation": activation}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "activation": keras.activations.serialize(self.activation),
            "ordering": orderings.to_config(self.ordering_argument),
        }
