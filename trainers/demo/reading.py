"""A text that is read symbol by symbol, with what the model expected.

Shapes: T symbols of a piece, K levels.
"""

import math
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.sampling.stepwise import Stepwise

from ..errors import UsageError
from .shown import Shown

_NUM_ALTERNATIVES = 5
# A message is as long, and a person who waits has a turn after it.
PIECE = 25


class Reader:
    """Reads one text, piece after piece.

    Args:
        shown: A model with a vocabulary, given its context if it takes one.
    """

    def __init__(self, shown: Shown) -> None:
        self._model, steps = shown.model, shown.stream_steps
        self._place = _Event(shown.model) if steps is None else _Stream(shown)

    def read(self, symbols: Sequence[int]) -> Iterator[list[dict[str, Any]]]:
        """Yields what was expected of the symbols, some at once.

        Each has its text, its surprise in bits, and the most probable symbols
        with their probabilities. They are conditioned on all symbols that were
        read before.

        Raises:
            UsageError: If the model knows no more symbols.
        """
        for start in range(0, len(symbols), PIECE):
            piece = np.asarray(symbols[start : start + PIECE])
            parameters = [self._place.parameters_at(s) for s in piece]
            yield self._told(piece, tf.stack(parameters))

    def _told(self, piece, parameters):
        conditional = self._model.output_distribution.distribution(
            parameters, event_ndims=0
        )
        levels = tf.range(self._model.num_levels)[:, None]
        log_prob = conditional.log_prob(levels).numpy().T
        best = np.argsort(-log_prob, axis=1)[:, :_NUM_ALTERNATIVES]
        return [
            {
                "text": self._model.decode([symbol]),
                "bits": round(-float(of[symbol]) / math.log(2), 4),
                "others": [
                    [self._model.decode([k]), round(math.exp(of[k]), 4)]
                    for k in some
                ],
            }
            for symbol, of, some in zip(piece, log_prob, best, strict=True)
        ]


class EndlessSteps(Stepwise):
    """The steps of a walk in which no position is the last.

    Args:
        model: A model of sequences that have no last step.
    """

    def __init__(self, model: Any) -> None:
        super().__init__(model)
        self.num_positions = math.inf


class _Stream:
    """A place in a text that may go on without an end."""

    def __init__(self, shown):
        self._steps = shown.stream_steps
        context = shown.model.context.batched(shown.context, 1)
        self._cursor = self._steps.start(1, context)

    def parameters_at(self, symbol):
        """Returns the parameters of the next symbol, and goes behind it."""
        parameters = self._cursor.parameters[0]
        value = tf.constant([symbol], tf.int32)
        self._cursor = self._steps.advance(self._cursor, value)
        return parameters


class _Event:
    """A place in an event of the model."""

    def __init__(self, model):
        self._walk = model.walk(1)

    def parameters_at(self, symbol):
        """Returns the parameters of the next symbol, and goes behind it."""
        if self._walk.is_finished:
            raise UsageError(
                f"The model reads {self._walk.num_positions} symbols and no "
                "more."
            )
        parameters = self._walk.parameters[0]
        self._walk = self._walk.observe(tf.constant([symbol], tf.int32))
        return parameters
