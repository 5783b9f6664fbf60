"""A stack of LSTM or GRU layers."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.layers.sequence.gru import SequenceGRU
from tf_autoregressive.layers.sequence.lstm import SequenceLSTM

_CELLS = {"lstm": SequenceLSTM, "gru": SequenceGRU}


def recurrent_layers(cell: str, units: int, num_layers: int, dtype: Any) -> Any:
    """Returns the recurrent layers of a stack, the lowest first.

    Args:
        cell: `"lstm"` or `"gru"`.
        units: Units of every layer.
        num_layers: Number of layers.
        dtype: The layers' dtype policy.

    Raises:
        ValueError: If the cell is not known, or weights would be of 16 bits.
    """
    if not isinstance(cell, str) or cell not in _CELLS:
        raise ValueError(
            f"`cell` must be one of {sorted(_CELLS)}. Received: cell={cell!r}"
        )
    # Keras cannot make an orthogonal matrix of 16 bits.
    if tf.as_dtype(keras.dtype_policies.get(dtype).variable_dtype).size < 4:
        raise ValueError(
            "`dtype` of recurrent models must have weights of float32, as "
            f"'mixed_bfloat16' has. Received: dtype={dtype}"
        )
    return [
        _CELLS[cell](
            units,
            return_sequences=True,
            return_state=True,
            name=f"rnn_{index}",
            dtype=dtype,
        )
        for index in range(num_layers)
    ]


def run_recurrent(
    scope: Any, layers: Sequence[Any], dropout: Any, x: tf.Tensor
) -> Any:
    """Returns the outputs of the last of `recurrent_layers`.

    Each layer is followed by dropout.

    Args:
        scope: The scope that runs the stack.
        layers: From `recurrent_layers`.
        dropout: A `keras.layers.Dropout`.
        x: Inputs of the first layer.
    """
    for layer in layers:
        x = scope.segment(_recurrent_layer, (layer, dropout), x)
    return x


def _recurrent_layer(scope, layers, x):
    layer, dropout = layers
    return scope.dropout(dropout, scope.run(layer, x))
