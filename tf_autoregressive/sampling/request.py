"""Requests of draws, handed in one piece from a model to its positions.

Shapes: B batch.
"""

import typing
from typing import Any

import tensorflow as tf

from tf_autoregressive.sampling.options import SamplingOptions


class Given(typing.NamedTuple):
    """Events whose dimensions are partly known, for completion.

    Attributes:
        x: `[B, *event_shape]`, event values.
        known: bool `[B, *event_shape]`.
    """

    x: typing.Any
    known: typing.Any


class Request(typing.NamedTuple):
    """A request of a draw: all but the number of events and the seed.

    Attributes:
        options: `SamplingOptions`.
        context: Contexts `[B, ...]` as `log_prob` takes them, or `None`.
        given: `Given` events to complete, or `None`.
        with_log_prob: Whether to compute the log-probability too.
    """

    options: SamplingOptions = SamplingOptions()
    context: typing.Any = None
    given: Given | None = None
    with_log_prob: bool = False

    def encoded_contexts(self, model: Any) -> tf.Tensor | None:
        """Returns contexts as `sample_sites` takes them: `[B, ...]` or `None`.

        With guidance they are `[2 * B, ...]`: the empty context for all events
        comes after their own.

        Args:
            model: An `AutoregressiveModel`.
        """
        encoded = model.context.encoded(self.context)
        if not self.options.is_guided:
            return encoded
        empty = model.context.empty(tf.shape(encoded)[0])
        return tf.concat([encoded, empty], axis=0)
