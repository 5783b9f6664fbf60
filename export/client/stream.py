"""Sequences that a served model takes piece by piece.

Shapes: B sequences side by side, n steps, S numbers of a state.
"""

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.models.generation import CHUNK
from tf_autoregressive.types import Array

from .conversation import Conversation
from .conversation import Request
from .conversation import array_of
from .conversation import output
from .deadline import Deadline
from .errors import AnswerError
from .errors import NotFoundError
from .errors import RequestError

_SIGNATURE = "surprise_next"


class ServedStream:
    """Takes the next steps of sequences, as `anomaly.SurpriseStream` does.

    The state of the sequences lies here, and travels with every request to the
    server and back, so a step costs the same however many came before, and the
    server keeps nothing. One version of the model answers all of a stream.
    `Client.surprise_stream` begins one.

    Args:
        conversation: The `Conversation` with the model.
        timeout: Seconds that a call of `observe` may take.
        num_sequences: Number of sequences side by side, `B`.
        context: Contexts `[B, ...]`, or `None`.

    Attributes:
        num_steps: Number of steps that have come so far.

    Raises:
        ClientError: If the model takes no streams, or no server answers.
    """

    def __init__(
        self,
        conversation: Conversation,
        timeout: float,
        num_sequences: int,
        context: Array = None,
    ) -> None:
        self._conversation = conversation
        self._timeout = timeout
        self._context = context
        self.num_steps = 0
        deadline = Deadline(timeout)
        self._version = conversation.version(deadline)
        num_sequences = checked_count("num_sequences", num_sequences)
        size = self._size(conversation.signature(_SIGNATURE, deadline))
        self._state = np.zeros([num_sequences, size], "float32")

    def observe(self, x: Array) -> np.ndarray:
        """Returns the surprise of the next steps, float32 `[B, n]` nats.

        Args:
            x: The next steps `[B, n, *event_shape[1:]]`, in pieces of any
                length.

        Raises:
            ClientError: As the methods of `Client`; also if the version that
                the stream began with is gone. Nothing of the piece has been
                observed then.
        """
        deadline = Deadline(self._timeout)
        x = array_of("x", x)
        if x.ndim < 2 or len(x) != len(self._state) or not x.shape[1]:
            raise RequestError(
                f"`x` must have shape [{len(self._state)}, n, ...] with n of "
                f"at least 1. Received: shape {list(x.shape)}"
            )
        state, found = self._state, []
        for start in range(0, x.shape[1], CHUNK):
            surprise, state = self._answer(
                x[:, start : start + CHUNK],
                state,
                self.num_steps + start,
                deadline,
            )
            found.append(surprise)
        self._state = state
        self.num_steps += x.shape[1]
        return np.concatenate(found, axis=1)

    def _answer(self, piece, state, num_steps, deadline):
        inputs = {
            "events": piece,
            "state": state,
            "num_steps": num_steps,
            "context": self._context,
        }
        try:
            answer = self._conversation.answer(
                _SIGNATURE, Request(len(piece), inputs), self._version, deadline
            )
        except NotFoundError as error:
            raise RequestError(
                f"Version {self._version}, with which the stream began, is "
                "gone, and no other has its state: begin another stream."
            ) from error
        surprise = output([answer], "surprise", piece.shape[:2])
        return surprise, output([answer], "state", state.shape)

    def _size(self, signature):
        spec = signature.inputs.get("state")
        shape = None if spec is None else spec.shape
        if shape is None or len(shape) != 2 or not shape[1]:
            raise AnswerError(
                f"The signature {_SIGNATURE!r} must take a `state` of shape "
                f"[batch, numbers]. Received: {shape}"
            )
        return shape[1]
