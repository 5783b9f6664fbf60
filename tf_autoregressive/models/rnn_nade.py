"""RNN-NADE: a NADE over the values of a step, moved by the steps before.

Shapes: B batch, T steps, N values of a step, H hidden units of the NADE,
P parameters of a value.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.layers import NADEConditionals
from tf_autoregressive.layers.sequence.recurrent_stack import recurrent_layers
from tf_autoregressive.layers.sequence.recurrent_stack import run_recurrent
from tf_autoregressive.layers.sequence.scopes import StepScope
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.models.sequence_model import check_values_of_a_step
from tf_autoregressive.types import Activation
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class RNNNADE(SequenceModel):
    """A NADE whose biases a recurrent network gives, step by step [1].

        p(x) = prod_t prod_n p(x[t, n] | x[t, <n], x[<t])
        p(x[t, n] = 1 | ...) = sigmoid(b_t[n] + V[n] @ h_t[n])
        h_t[n] = g(c_t + sum{ W[m] * x[t, m] : m < n })
        b_t = b + W_b u_t,  c_t = c + W_c u_t,  u_t = rnn(x[<t])

    The notes of a chord depend on each other, which values that are drawn in
    one go do not: each value sees all of the steps before, and the values
    before it in its own step, in their order. Drawing runs the network once a
    step, and the NADE once a value.

    Labels and vectors shift the inputs of the first layer equally at all
    steps, sequences step by step. With `variable_length` the context is the
    length, as `SequenceModel` says.

    Args:
        event_shape: `(T, N)`.
        cell: `"lstm"` or `"gru"`. The paper has plain recurrent units.
        units: Units of every recurrent layer.
        num_layers: Number of recurrent layers.
        nade_units: `H`.
        activation: The nonlinearity `g`.
        dropout: Share of what goes from layer to layer, and into the biases,
            that is set to zero in training.
        distribution: `"bernoulli"` or `"categorical"`.
        **kwargs: Passed to `SequenceModel`: `num_levels`, `num_classes`,
            `context_shape`, `variable_length`, `rematerialise`.

    Input shape:
        `[B, T, N]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, the cell is not known, or
            `event_shape` does not have two axes.

    Example:
        >>> model = RNNNADE((16, 88), units=8, nade_units=8)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 16, 88])

    References:
        [1] Boulanger-Lewandowski, Bengio and Vincent, "Modeling Temporal
            Dependencies in High-Dimensional Sequences", 2012, RNN-NADE.
            https://arxiv.org/abs/1206.6392
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        cell: str = "lstm",
        units: int = 200,
        num_layers: int = 1,
        nade_units: int = 150,
        activation: Activation = "sigmoid",
        dropout: float = 0.0,
        distribution: str | OutputDistribution = "bernoulli",
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, distribution=distribution, **kwargs)
        if len(self.event_shape) != 2:
            raise ValueError(
                "`event_shape` must be (steps, values). "
                f"Received: event_shape={event_shape}"
            )
        self.cell = cell
        self.units = checked_count("units", units)
        self.num_layers = checked_count("num_layers", num_layers)
        self.nade_units = checked_count("nade_units", nade_units)
        self.activation = keras.activations.get(activation)
        self.dropout = checked_rate("dropout", dropout)
        self.block_size = self.step_size

        self.rnns = recurrent_layers(
            cell, units, num_layers, dtype=self.dtype_policy
        )
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        # The NADE has `b` and `c` themselves.
        self.bias_layer = self.make_parameters_layer(use_bias=False)
        self.hidden_bias_layer = keras.layers.Dense(
            nade_units, use_bias=False, dtype="float32", name="hidden_bias"
        )
        self.conditionals = NADEConditionals(
            nade_units,
            self.output_distribution.num_parameters,
            activation=activation,
            bias_initializer=self.output_distribution.bias_initializer,
            dtype="float32",
            name="conditionals",
        )
        self.make_context_layers({"inputs": self._input_width})
        self.build()

    def make_output_distribution(
        self, distribution: OutputDistribution, event_shape: tuple[int, ...]
    ) -> OutputDistribution:
        # The values of a step are drawn one after the other.
        check_values_of_a_step(distribution, event_shape)
        return distribution

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        """Returns `[W_b u, W_c u]`, which move the biases, `[..., N * P + H]`.

        The steps before add it to the biases of a step's NADE. It is float32.
        """
        x = scope.shifted("inputs", x)
        x = run_recurrent(scope, self.rnns, self.dropout_layer, x)
        biases = [scope.run(self.bias_layer, x), self.hidden_bias_layer(x)]
        return tf.concat(biases, axis=-1)

    def network(
        self,
        inputs: tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
        training: bool,
    ) -> tf.Tensor:
        scope = self._sequence_scope(context, training)
        biases = self._next_parameters(scope, self._before(inputs))
        bias, hidden_bias = self._split(biases)
        within = self.conditionals(
            tf.reshape(inputs, [-1, self.step_size]),
            tf.reshape(hidden_bias, [-1, self.nade_units]),
        )
        width = self.output_distribution.num_parameters
        shape = tf.concat([tf.shape(inputs), [width]], axis=0)
        return tf.reshape(within, shape) + tf.reshape(bias, shape)

    def _split(self, biases):
        """Returns the shifts of `b`, `[..., N * P]`, and of `c`, `[..., H]`."""
        hidden = self.nade_units
        return tf.split(biases, [biases.shape[-1] - hidden, hidden], axis=-1)

    def _zeros_where_ended(self, is_part):
        shift = super()._zeros_where_ended(is_part)
        # The hidden biases stay as they are.
        return tf.pad(shift, [[0, 0], [0, 0], [0, self.nade_units]])

    # In incremental sampling a position is a value, and a block is a step.

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Array | None,
        member: int | tf.Tensor,
    ) -> State:
        cache = super().init_cache(batch_size, context=context, member=member)
        return {**cache, "rows": self.conditionals.rows()}

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        scope = StepScope(self.sequence_stack.opened(cache["stack"], 1))
        biases = self._next_parameters(scope, cache["codes"])
        bias, hidden_bias = self._split(biases)
        width = self.output_distribution.num_parameters
        bias = tf.reshape(bias, [-1, self.step_size, width])
        return {
            "rows": cache["rows"],
            "stack": self.sequence_stack.closed(scope.next_state()),
            "bias": tf.transpose(bias, [1, 0, 2]),
            "activation": self.conditionals.first_activation(
                tf.shape(bias)[0], hidden_bias
            ),
            "codes": tf.zeros_like(cache["codes"]),
        }

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        row = self.conditionals.row(state["rows"], position.offset)
        parameters = self.conditionals.step(state["activation"], row)
        return parameters + state["bias"][position.offset], state

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        value = self.output_distribution.network_input(value)
        row = self.conditionals.row(state["rows"], position.offset)
        here = tf.one_hot(position.offset, self.step_size)
        return {
            **state,
            "activation": self.conditionals.observe(
                state["activation"], row, value
            ),
            "codes": state["codes"] + value * here,
        }

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        return {name: state[name] for name in ("codes", "stack", "rows")}

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "cell": self.cell,
            "units": self.units,
            "num_layers": self.num_layers,
            "nade_units": self.nade_units,
            "activation": keras.activations.serialize(self.activation),
            "dropout": self.dropout,
        }
