"""A GRU over the steps of sequences."""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.layers.sequence.recurrent import RecurrentLayer
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceGRU(RecurrentLayer, keras.layers.GRU):
    """`keras.layers.GRU`, which can be run a step at a time."""

    def first_state(self, batch_size: int | tf.Tensor, num_steps: int) -> Any:
        """Returns the state before the first step, in the compute dtype."""
        return tuple(self.cell.get_initial_state(batch_size))

    def step(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        # A cell of Keras takes and returns lists, but loops of TensorFlow want
        # the structure of the first state.
        x, state = self.cell(x, list(state))
        return x, tuple(state)
