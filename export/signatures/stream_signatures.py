"""The signature by which a served model of sequences takes the next steps.

Shapes: B sequences side by side, n steps, S numbers of a state.
"""

from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tf_autoregressive.anomaly import SurpriseStream
from tf_autoregressive.anomaly.surprise_stream import advanced
from tf_autoregressive.anomaly.surprise_stream import check_streams
from tf_autoregressive.anomaly.surprise_stream import first_state
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.models.generation import CHUNK
from tf_autoregressive.types import Array

from . import checks
from .model_signatures import Signatures
from .packed_state import PackedState

# Times are numbers of 32 bits.
_MOST_STEPS = 2**31 - 1


class StreamSignatures:
    """The signature `surprise_next` of a model of sequences.

    It takes the next steps `events [B, n, *event_shape[1:]]`, `n` at most 100,
    the number of steps that came before, `num_steps`, and the `state [B, S]`
    after them, to `surprise [B, n]` nats of each step and the `state` after
    all. Before the first step, with `num_steps` 0, the numbers in `state` do
    not count. Answers are those of `anomaly.SurpriseStream`, and a step costs
    the same however many came before.

    Conditional models take a `context` as well, in every request the same.

    Args:
        signatures: The `Signatures` of the model.
        model: The model itself, one that `streams`.
    """

    def __init__(
        self, signatures: Signatures, model: AutoregressiveModel
    ) -> None:
        self._signatures = signatures
        self._model = model
        self._packed = PackedState(model, _example_context(model))

    def concrete_functions(self) -> dict[str, Callable]:
        """Returns a `tf.function` graph by the name of its signature.

        A model whose state is not all of float32 has none.
        """
        if not self._packed.fits:
            return {}
        scored = self._signatures.scored_specs()
        shape = [None, None, *self._model.event_shape[1:]]
        specs = {
            **scored,
            "events": tf.TensorSpec(shape, tf.float32),
            "state": tf.TensorSpec([None, self._packed.size], tf.float32),
            "num_steps": tf.TensorSpec([], tf.int32),
        }
        graph = self._signatures.graph(self.surprise_next, specs)
        return {"surprise_next": graph}

    def surprise_next(
        self,
        events: tf.Tensor,
        state: tf.Tensor,
        num_steps: tf.Tensor,
        context: Array = None,
    ) -> dict[str, tf.Tensor]:
        """Answers with the surprise of the next steps and the state after."""
        events = checks.checked_steps(self._model.event, events, CHUNK)
        num_sequences = tf.shape(events)[0]
        state = checks.checked_state(state, self._packed.size, num_sequences)
        num_steps = self._checked_time(num_steps, tf.shape(events)[1])
        if context is not None:
            context = checks.checked_context(
                self._model.context, context, num_sequences
            )
        first = first_state(self._model, num_sequences, context)
        state = tf.where(num_steps == 0, self._packed.pack(first), state)
        state = self._packed.unpack(state, num_steps, first)
        surprise, state = advanced(self._model, events, state)
        return {"surprise": surprise, "state": self._packed.pack(state)}

    def answers(
        self, x: Array, context: Array
    ) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
        """Returns what Python answers to the second of two pieces.

        Args:
            x: Events `[B, *event_shape]`.
            context: Contexts `[B, ...]`, or `None`.

        Returns:
            Arrays by name: the inputs without the context, and the outputs.
        """
        stream = SurpriseStream(self._model, len(x), context)
        first = len(x[0]) // 2
        later = x[:, first:][:, :CHUNK]
        if first:
            stream.observe(x[:, :first])
        inputs = {
            "events": later.astype("float32"),
            "state": self._packed.pack(stream.state).numpy(),
            "num_steps": np.int32(stream.num_steps),
        }
        surprise = stream.observe(later)
        state = self._packed.pack(stream.state).numpy()
        return inputs, {"surprise": surprise, "state": state}

    def _checked_time(self, num_steps, number):
        num_steps = checks.shaped("num_steps", num_steps, [])
        most = self._model.max_steps or _MOST_STEPS
        return checks.require(
            num_steps,
            (num_steps >= 0) & (num_steps <= most - number),
            "`num_steps` must be at least 0 and, with the steps of `events`, "
            f"at most {most}.",
            tf.strings.as_string(num_steps),
        )


def streams(model: AutoregressiveModel) -> bool:
    """Returns whether sequences of a model can go on without an end."""
    try:
        check_streams(model)
    except ValueError:
        return False
    return True


def _example_context(model):
    context = model.context
    if context.num_classes is not None:
        return np.int32(0)
    return np.zeros(context.shape, "float32") if context.expected else None
