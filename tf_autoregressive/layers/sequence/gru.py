"""A GRU over the steps of sequences."""

import keras

from tf_autoregressive.layers.sequence.recurrent import RecurrentLayer


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceGRU(RecurrentLayer, keras.layers.GRU):
    """`keras.layers.GRU`, which can be run a step at a time."""

    def first_state(self, batch_size, num_steps):
        """Returns the state before the first step, in the compute dtype."""
        return tuple(self.cell.get_initial_state(batch_size))

    def step(self, x, state, time):
        x, state = self.cell(x, list(state))
        return x, tuple(state)
