"""Recurrent layers of Keras as layers of a stack."""

from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.types import State


class RecurrentLayer(SequenceLayer):
    """A base that makes a `keras.layers.RNN` a `SequenceLayer`.

    The layer is made with `return_sequences=True`, and with `return_state=True`
    too where sequences go on after others (`steps`). For a few sequences that
    is slower than one step after the other, so that streams do not use it.
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

    def steps(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        first = [tf.cast(part, x.dtype) for part in state]
        outputs, *last = self(x, initial_state=first)  # type: ignore[operator]
        return outputs, tuple(
            tf.cast(part, before.dtype)
            for part, before in zip(last, state, strict=True)
        )
