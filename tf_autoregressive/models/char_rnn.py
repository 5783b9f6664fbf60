"""Char-RNN: recurrent layers over characters.

Shapes: B batch, T steps.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.layers.sequence.recurrent_stack import recurrent_layers
from tf_autoregressive.layers.sequence.recurrent_stack import run_recurrent
from tf_autoregressive.layers.sequence.scopes import CarryingScope
from tf_autoregressive.models.assertions import asserted
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CharRNN(SequenceModel):
    """A stack of LSTM or GRU layers over symbols [1, 2].

        h_1 = rnn(embedding),  h_l = rnn(dropout(h_{l - 1}))
        parameters = W h_L + b

    A step sees all steps before, and before the first one a start symbol.

    With `carried_rows`, training is truncated backpropagation through time:
    row `b` of a batch goes on where row `b` of the batch before has ended, with
    its state, and gradients stop there. The batches have to be like that (see
    `datasets.continued_batches`). States are forgotten at the start of every
    epoch. Scoring and drawing begin anew with every sequence.

    A context shifts the inputs of the first layer: labels and vectors equally
    at all steps, sequences step by step.

    Args:
        event_shape: `(T,)`, or `(T, N)` for steps of `N` values.
        cell: `"lstm"` or `"gru"`.
        units: Units of every layer.
        num_layers: Number of layers.
        carried_rows: Batch size of training that carries states; 0 if every
            sequence begins anew.
        dropout: Share of what goes from layer to layer, and into the
            parameters, that is set to zero in training.
        **kwargs: Passed to `SequenceModel`: `embedding_size`,
            `distribution`, `num_levels`, `num_components`, `num_classes`,
            `context_shape`, `variable_length`, `rematerialise`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, the cell not known, or states
            are carried and rematerialised, or of variable length.

    Example:
        >>> model = CharRNN((64,), num_levels=65, units=16, num_layers=1)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 64])

    References:
        [1] Sutskever et al., "Generating Text with Recurrent Neural Networks",
            2011. https://icml.cc/2011/papers/524_icmlpaper.pdf
        [2] Karpathy, "The Unreasonable Effectiveness of Recurrent Neural
            Networks", 2015.
            https://karpathy.github.io/2015/05/21/rnn-effectiveness/
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        cell: str = "lstm",
        units: int = 512,
        num_layers: int = 2,
        dropout: float = 0.0,
        carried_rows: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        carried_rows = checked_count("carried_rows", carried_rows, at_least=0)
        if carried_rows and self.variable_length:
            raise ValueError(
                "`variable_length` must be False with `carried_rows`: states "
                "would go on from steps after the end of a sequence. "
                f"Received: carried_rows={carried_rows}"
            )
        if carried_rows and self.rematerialise:
            raise ValueError(
                "`rematerialise` must be False with `carried_rows`, which keep "
                f"states. Received: carried_rows={carried_rows}"
            )
        self.cell = cell
        self.units = checked_count("units", units)
        self.num_layers = checked_count("num_layers", num_layers)
        self.dropout = checked_rate("dropout", dropout)
        self.carried_rows = carried_rows

        self.rnns = recurrent_layers(
            cell, units, num_layers, dtype=self.dtype_policy
        )
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        self.last_layer = self.make_parameters_layer()
        self.make_context_layers({"inputs": self._input_width})
        self._make_carried()
        self.build()

    def _make_carried(self):
        """Makes the variables of the states that training carries on."""
        self.last_codes = None
        self.carried = {}
        if not self.carried_rows:
            return
        self.last_codes = self._carried_variable("codes", self.step_size)
        per_layer = 2 if self.cell == "lstm" else 1
        self.carried = {
            layer.name: [
                self._carried_variable(f"{layer.name}_{index}", self.units)
                for index in range(per_layer)
            ]
            for layer in self.rnns
        }

    def _carried_variable(self, name, width):
        return self.add_weight(
            name=f"carried_{name}",
            shape=(self.carried_rows, width),
            initializer="zeros",
            trainable=False,
            dtype="float32",
        )

    def fit(self, *args: Any, callbacks: Any = None, **kwargs: Any) -> Any:
        """Trains as `LikelihoodModel.fit` does; epochs begin without states.

        With `carried_rows`, arrays are taken in their order: their rows
        continue those before.
        """
        if self.carried_rows:
            kwargs.setdefault("shuffle", False)
            forget = keras.callbacks.LambdaCallback(
                on_epoch_begin=lambda epoch, logs: self.forget()
            )
            callbacks = [*keras.tree.flatten(callbacks or []), forget]
        return super().fit(*args, callbacks=callbacks, **kwargs)

    def forget(self) -> None:
        """Sets the carried states to those of a new sequence."""
        if not self.carried_rows:
            return
        variables = [v for states in self.carried.values() for v in states]
        for variable in [self.last_codes, *variables]:
            variable.assign(tf.zeros(variable.shape))

    def training_log_prob(
        self, x: Array, context: Array | None = None
    ) -> tf.Tensor:
        if not self.carried_rows:
            return super().training_log_prob(x, context)
        x = self._with_checked_rows(x)
        codes = self._codes(self.output_distribution.network_input(x))
        before = tf.concat([self.last_codes[:, None], codes[:, :-1]], axis=1)
        scope = CarryingScope(
            self.carried,
            shifts=self._context_shifts(
                self.context.encoded(context, training=True)
            ),
            training=True,
        )
        parameters = self._next_parameters(scope, before)
        self.last_codes.assign(codes[:, -1])
        for name, variables in self.carried.items():
            states = zip(variables, scope.states[name], strict=True)
            for variable, state in states:
                variable.assign(tf.cast(state, variable.dtype))
        return self._conditionals(parameters).log_prob(x)

    def _with_checked_rows(self, x):
        rule = (
            "With `carried_rows`, training batches must have as many rows: "
            f"{self.carried_rows}."
        )
        if x.shape[0] not in (None, self.carried_rows):
            raise ValueError(f"{rule} Received: shape={tuple(x.shape)}")
        if x.shape[0] is None:
            x = asserted(
                x,
                tf.equal(tf.shape(x)[0], self.carried_rows),
                [rule, "Received:", tf.shape(x)],
            )
            x.set_shape([self.carried_rows, *self.event_shape])
        return x

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.shifted("inputs", x)
        x = run_recurrent(scope, self.rnns, self.dropout_layer, x)
        return scope.run(self.last_layer, x)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "cell": self.cell,
            "units": self.units,
            "num_layers": self.num_layers,
            "dropout": self.dropout,
            "carried_rows": self.carried_rows,
        }
