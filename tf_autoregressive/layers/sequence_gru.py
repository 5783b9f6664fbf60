"""A GRU over the steps of sequences."""

import keras


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class SequenceGRU(keras.layers.GRU):
    """`keras.layers.GRU`, which can be run a step at a time."""

    def first_states(self, batch_size):
        """Returns the state before the first step, in the compute dtype."""
        return tuple(self.cell.get_initial_state(batch_size))

    def step(self, x, states):
        """Returns the outputs `[B, h]` of one step, and the state after it.

        Args:
            x: `[B, I]`, in the compute dtype.
            states: The state from before, `[B, h]`.
        """
        x, states = self.cell(x, list(states))
        return x, tuple(states)
