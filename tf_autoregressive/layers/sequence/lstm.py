"""An LSTM over the steps of sequences.

Shapes: B batch, T steps, I input channels, h units.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers.lstm import lstm
from tf_autoregressive.layers.lstm import lstm_lines
from tf_autoregressive.layers.lstm import sizes
from tf_autoregressive.layers.sequence.recurrent import RecurrentLayer
from tf_autoregressive.types import State

# The recurrence is written for these defaults of Keras.
_FIXED = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    "dropout": 0.0,
    "recurrent_dropout": 0.0,
    "go_backwards": False,
}


class _Recurrence(keras.layers.RNN):
    """The LSTM that `keras.layers.LSTM` runs where there is no cuDNN."""

    def inner_loop(self, sequences, initial_state, mask, training=False):
        if mask is not None:
            raise ValueError("`mask` must be None: no step is left out.")
        kernel, recurrent_kernel, bias = (
            _gates_reordered(tf.cast(weight, sequences.dtype))
            for weight in self.cell.weights
        )
        gates = _products(sequences, kernel, bias)
        hidden, last_cell = lstm_lines(
            _as_lines(gates),
            tf.expand_dims(recurrent_kernel, 0),
            [_as_lines(tf.cast(s, tf.float32)) for s in initial_state],
            tf.zeros([sizes(gates)[0], 1, 1, 1, 1]),
            offsets=(0,),
        )
        hidden = tf.cast(tf.squeeze(hidden, [1, 3]), sequences.dtype)
        last_cell = tf.cast(tf.squeeze(last_cell, [0, 2]), sequences.dtype)
        outputs = tf.transpose(hidden, [1, 0, 2])
        return hidden[-1], outputs, [hidden[-1], last_cell]


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceLSTM(RecurrentLayer, keras.layers.LSTM, _Recurrence):
    """`keras.layers.LSTM`, trained several times faster on a CPU.

    It has the same weights and equations. Inputs are multiplied with their
    kernel for all steps at once, and the gradients of the weights are one
    product each, where Keras adds to them at every step. From step to step
    states are float32 under every dtype policy; those that it takes and returns
    are in the compute dtype. With cuDNN it is Keras's own.

    Args:
        units: `h`.
        **kwargs: Passed to `keras.layers.LSTM`. Activations, the bias and the
            direction are those that Keras has by default; nothing is dropped.

    Input shape:
        `[B, T, I]`, float.

    Output shape:
        `[B, T, h]` with `return_sequences=True`.

    Raises:
        ValueError: If an option asks for another layer than that.
    """

    def __init__(self, units: int, **kwargs: Any) -> None:
        super().__init__(checked_count("units", units), **kwargs)
        config = self.get_config()
        other = {
            name: config[name]
            for name, default in _FIXED.items()
            if config[name] != default
        }
        if other:
            raise ValueError(
                f"{', '.join(f'`{name}`' for name in other)} must be as Keras "
                f"has it by default. Received: {other}"
            )

    def first_state(self, batch_size: int | tf.Tensor, num_steps: int) -> Any:
        """Returns the hidden and cell states before the first step, float32."""
        return tuple(tf.zeros([batch_size, self.units]) for _ in range(2))

    def step(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        kernel, recurrent_kernel, bias = (
            tf.cast(weight, x.dtype) for weight in self.cell.weights
        )
        hidden, cell = state
        gates = tf.nn.bias_add(x @ kernel, bias)
        seen = tf.cast(hidden, x.dtype) @ recurrent_kernel
        gates = tf.cast(gates, tf.float32) + tf.cast(seen, tf.float32)
        hidden, cell = lstm(_gates_reordered(gates), cell)
        return tf.cast(hidden, x.dtype), (hidden, cell)


def _products(sequences, kernel, bias):
    """Returns `x @ kernel + bias` of every step, `[T, B, 4h]`."""
    steps = tf.transpose(sequences, [1, 0, 2])
    rows = tf.reshape(steps, [-1, kernel.shape[0]])
    gates = tf.nn.bias_add(tf.matmul(rows, kernel), bias)
    return tf.reshape(gates, [*sizes(steps)[:2], kernel.shape[1]])


def _as_lines(steps):
    """Returns `[..., 1, B, 1, channels]`: lines of one pixel, one direction.

    It does not index, because the gradient of that is several times slower.
    """
    return tf.expand_dims(tf.expand_dims(steps, -2), -4)


def _gates_reordered(weights):
    """Returns `[..., 4h]` in the order of `lstm`, from that of Keras."""
    new, forget, candidate, out = tf.split(weights, 4, axis=-1)
    return tf.concat([out, forget, new, candidate], axis=-1)
