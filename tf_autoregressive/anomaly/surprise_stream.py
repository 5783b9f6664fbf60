"""The surprise of sequences that come in piece by piece, without an end.

Shapes: B sequences side by side, n steps.
"""

import functools
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.layers import is_compiled
from tf_autoregressive.models.generation import CHUNK
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.sampling import score_sites
from tf_autoregressive.types import Array

# Number of steps that are computed at once, where layers can.
_AT_ONCE = 1000


class SurpriseStream:
    """Takes the next steps of sequences, and returns the surprise of each.

        -log p(x[t] | x[<t]),  t = 0, 1, ...

    The surprises of all steps are those of `-model.log_prob_per_dim` on the
    whole sequence, summed over the values of a step, up to rounding. A step
    costs the same however many came before, and the memory does not grow: what
    the model keeps of the past is its recurrent state, or as much as it can
    see. Layers compute all steps of a piece at once where they can.

    Args:
        model: A `SequenceModel`: of logs, sensors, texts, sound, notes. Its
            `event_shape` does not limit the sequences; a `max_steps` does.
        num_sequences: Number of sequences side by side, `B`.
        context: One context for all sequences, or `[B, ...]`.

    Attributes:
        num_steps: Number of steps that have come so far.
        state: What the model keeps of them, a nest of tensors.

    Raises:
        ValueError: If the model is not one of sequences, or one whose context
            is a sequence or a length, which have an end.

    Example:
        >>> from tf_autoregressive.models import CharRNN
        >>> stream = SurpriseStream(CharRNN((8,), num_levels=4, units=2))
        >>> stream.observe([[0, 3, 1]]).shape
        (1, 3)
        >>> stream.observe([[2]]).shape, stream.num_steps
        ((1, 1), 4)
    """

    def __init__(
        self,
        model: Any,
        num_sequences: int = 1,
        context: Array | None = None,
    ) -> None:
        check_streams(model)
        self.model = model
        self.num_sequences = checked_count("num_sequences", num_sequences)
        context = model.context.batched(context, self.num_sequences)
        self.num_steps = 0
        # The model keeps the graphs: they serve all of its streams.
        self.state = model._run(
            ("begin surprise stream",),
            functools.partial(_begun, model),
            tf.zeros([self.num_sequences]),
            context,
        )

    def observe(self, x: Array) -> np.ndarray:
        """Returns the surprise of the next steps, float32 `[B, n]` nats.

        Args:
            x: The next steps `[B, n, *event_shape[1:]]`, in pieces of any
                length.

        Raises:
            ValueError: If values are not those of events, their shape is
                another, or there are more steps than the model knows. Nothing
                of the piece has been observed then.
        """
        x = self._checked(x)
        state, found = self.state, []
        most = _AT_ONCE if self.model.has_steps else CHUNK
        for start in range(0, x.shape[1], most):
            piece = x[:, start : start + most]
            surprise, state = self.model._run(
                ("surprise stream",),
                functools.partial(advanced, self.model),
                piece,
                state,
            )
            found.append(surprise.numpy())
        self.state = state
        self.num_steps += x.shape[1]
        return np.concatenate(found, axis=1)

    def _checked(self, x):
        step_shape = tuple(self.model.event_shape[1:])
        x = plain_array("x", x)
        fits = x.ndim >= 2 and x.shape[2:] == step_shape
        if not fits or x.shape[0] != self.num_sequences or not x.shape[1]:
            shape = ", ".join(map(str, (self.num_sequences, "n", *step_shape)))
            raise ValueError(
                f"`x` must have shape [{shape}] with n of at least 1. Received "
                f"shape {x.shape}"
            )
        most = self.model.max_steps
        if most is not None and self.num_steps + x.shape[1] > most:
            raise ValueError(
                f"`x` must end within the {most} steps that the model knows. "
                f"Received: {x.shape[1]} steps after {self.num_steps}"
            )
        x = self.model.event.with_valid_values(tf.convert_to_tensor(x))
        return tf.cast(x, tf.float32)


def check_streams(model: Any) -> None:
    """Raises a `ValueError` unless a model can go on without an end."""
    if not isinstance(model, SequenceModel):
        raise ValueError(
            "`model` must be a SequenceModel, whose steps come one after "
            f"another. Received: {type(model).__name__}"
        )
    if model.variable_length or model.context.rank == 2:
        raise ValueError(
            "`model` must not be conditioned on lengths or sequences, which "
            f"have an end. Received: {type(model).__name__} with "
            f"variable_length={model.variable_length}, context_shape="
            f"{model.context.shape}"
        )


def first_state(model: Any, num_sequences: Any, context: Any) -> Any:
    """Returns the state before the first step, a nest of tensors.

    Args:
        model: A `SequenceModel`.
        num_sequences: `B`, a scalar tensor.
        context: Contexts `[B, ...]`, not encoded, or `None`.
    """
    return model.init_cache(
        num_sequences, context=model.context.encoded(context), member=0
    )


def advanced(model: Any, x: tf.Tensor, state: Any) -> tuple[tf.Tensor, Any]:
    """Returns the surprise `[B, n]` of the next steps, and the state after.

    Args:
        model: A `SequenceModel`.
        x: Valid values, float32 `[B, n, *event_shape[1:]]`, `n` at most
            `CHUNK` unless the model `has_steps`: layers that go step by step
            make room for so many.
        state: From `first_state`, or from here.
    """
    # Loops need the sizes that are known to stay known.
    batch_size = x.shape[0] or tf.shape(x)[0]
    num_steps = tf.shape(x)[1]
    num_dims = model.output_distribution.num_dims
    values = tf.reshape(x, [batch_size, -1, num_dims])
    if model.has_steps and not is_compiled():
        log_prob, state = _scored_at_once(model, x, values, state)
    else:
        stack = model.sequence_stack.resumed(
            state["stack"], batch_size, model.event_shape[0]
        )
        log_prob, state = score_sites(model, values, {**state, "stack": stack})
    # Several sites may make a step.
    by_step = tf.reshape(
        log_prob,
        [batch_size, num_steps, model.num_sites // model.event_shape[0]],
    )
    return -tf.reduce_sum(by_step, axis=-1), state


def _scored_at_once(model, x, values, state):
    """Returns what `score_sites` does, from all steps of a piece at once."""
    parameters, state = model.next_steps(
        model.output_distribution.network_input(x), state
    )
    return model.output_distribution.site_log_prob(parameters, values), state


def _begun(model, rows, context):
    return first_state(model, rows.shape[0] or tf.shape(rows)[0], context)
