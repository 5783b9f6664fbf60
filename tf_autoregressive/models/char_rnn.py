"""Char-RNN: recurrent layers over characters.

Shapes: B batch, T steps.
"""

import keras

from tf_autoregressive.models.sequence_model import SequenceModel

_CELLS = {"lstm": keras.layers.LSTM, "gru": keras.layers.GRU}


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CharRNN(SequenceModel):
    """A stack of LSTM or GRU layers over symbols [1, 2].

        h_1 = rnn(embedding),  h_l = rnn(dropout(h_{l - 1}))
        parameters = W h_L + b

    A step sees all steps before, and before the first one a start symbol.

    A context shifts the inputs of the first layer: labels and vectors equally
    at all steps, sequences step by step.

    Args:
        event_shape: `(T,)`.
        cell: `"lstm"` or `"gru"`.
        units: Units of every layer.
        num_layers: Number of layers.
        dropout: Share of what goes from layer to layer, and into the
            parameters, that is set to zero in training.
        **kwargs: Passed to `SequenceModel`: `embedding_size`,
            `distribution`, `num_levels`, `num_components`, `num_classes`,
            `context_shape`.

    Input shape:
        `[B, T]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, or the cell not known.

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
        event_shape,
        *,
        cell="lstm",
        units=512,
        num_layers=2,
        dropout=0.0,
        **kwargs,
    ):
        super().__init__(event_shape, **kwargs)
        self._check_positive(units=units, num_layers=num_layers)
        if cell not in _CELLS:
            raise ValueError(
                f"`cell` must be one of {sorted(_CELLS)}. "
                f"Received: cell={cell!r}"
            )
        self.cell = cell
        self.units = units
        self.num_layers = num_layers
        self.dropout = dropout

        self.rnns = [
            _CELLS[cell](
                units,
                return_sequences=True,
                dtype=self.dtype_policy,
                name=f"rnn_{index}",
            )
            for index in range(num_layers)
        ]
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        self.last_layer = self._parameters_layer()
        self.recurrents = self.rnns
        width = 1 if self.embedding is None else self.embedding_size
        self._make_context_layers({"inputs": width})
        self.build()

    def stack(self, scope, x):
        x = scope.shifted("inputs", x)
        for layer in self.rnns:
            x = scope.recur(layer, x)
            x = self.dropout_layer(x, training=scope.training)
        return scope.conv(self.last_layer, x)

    def get_config(self):
        return {
            **super().get_config(),
            "cell": self.cell,
            "units": self.units,
            "num_layers": self.num_layers,
            "dropout": self.dropout,
        }
