"""Requests of draws, handed in one piece from a model to its positions.

Shapes: B batch.
"""

import typing

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
