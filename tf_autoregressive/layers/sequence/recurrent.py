"""Recurrent layers of Keras as layers of a stack."""

from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.types import State


class RecurrentLayer(SequenceLayer):
    """A base that makes a `keras.layers.RNN` a `SequenceLayer`.

    The layer is made with `return_sequences=True`, and with `return_state=True`
    too where sequences go on after others (`steps`).
    """

    def call(
        self,
        sequences: tf.Tensor,
        initial_state: Any = None,
        mask: tf.Tensor | None = None,
        training: bool = False,  # noqa: FBT001
    ) -> tf.Tensor:
        """Returns outputs; after `initial_state` also states, if asked for."""
        results = super().call(
            sequences, initial_state=initial_state, mask=mask, training=training
        )
        if self.return_state and initial_state is None:
            return results[0]
        return results

    def steps(self, x: tf.Tensor, state: State) -> Any:
        """Returns outputs `[B, T, O]` after a state, and the state after them.

        Args:
            x: Inputs `[B, T, I]`.
            state: From `first_state`, `step` or here.
        """
        state = [tf.cast(part, x.dtype) for part in state]
        x, *state = self(x, initial_state=state)  # type: ignore[operator]
        return x, tuple(state)
