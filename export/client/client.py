"""Asks a served model from Python.

Shapes: N examples.
"""

import pathlib
from collections import abc
from typing import Unpack

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.sampling_options import OPTIONS
from tf_autoregressive.sampling_options import SamplingNumbers
from tf_autoregressive.types import Array

from .conversation import Conversation
from .conversation import Request
from .conversation import array_of
from .conversation import check_levels
from .conversation import number_of
from .conversation import output
from .deadline import Deadline
from .options import check_timeout
from .options import transport_to
from .stream import ServedStream

# Libraries below hold these numbers in 32 bits.
_LARGEST = 2**31 - 1


class Client:
    """A model that TF-Serving serves, with the methods of the model.

    Args:
        host: Address of the server: `localhost:8500` for gRPC,
            `http://localhost:8501` for REST; `grpcs://` and `https://` before
            it for TLS.
        model: Name of the model on the server.
        timeout: Seconds that a call of a method may take, with all of its
            requests, their answers, retries and pauses, and the look-up of
            the host's name.
        num_retries: Number of times that a server which is not available is
            asked again, after pauses of 0.1, 0.2, 0.4, ... seconds.
        chunk_size: Examples of one request to score or complete; larger
            batches become several requests, as do more samples than the limit
            of the model. One version of the model answers them all, and the
            values are those of one request.
        max_answer_bytes: The largest answer that is read.
        ca: PEM file of the certificates to trust over TLS, by default those of
            the system or of gRPC.
        token: A token that every request carries, as `Authorization: Bearer
            TOKEN`. It can be read on the way unless `host` is for TLS.
        headers: Headers that every request carries, texts by name.

    Raises:
        ValueError: If an argument is not of this kind.
        ImportError: If `host` is for gRPC and tensorflow-serving-api is not
            installed.

    Every method raises a `ClientError`: `RequestError`, also a `ValueError`,
    if the request is refused; `UnavailableError`, also a `ConnectionError`, if
    there is no server after all retries; `DeadlineError`, also a
    `TimeoutError`, if the call takes too long; `AnswerError`, also a
    `ValueError`, if the answer is not of the shape, dtype and number that were
    asked for, or holds numbers that are not finite, or comes from elsewhere by
    a redirect, which is not followed. Proxies are not used over REST.
    """

    def __init__(
        self,
        host: str,
        model: str,
        *,
        timeout: float = 60.0,
        num_retries: int = 5,
        chunk_size: int = 256,
        max_answer_bytes: int = 2**27,
        ca: str | pathlib.Path | None = None,
        token: str | None = None,
        headers: abc.Mapping[str, str] | None = None,
    ) -> None:
        check_timeout(timeout)
        checked_count("num_retries", num_retries, at_least=0, at_most=_LARGEST)
        checked_count("chunk_size", chunk_size, at_least=1, at_most=_LARGEST)
        checked_count(
            "max_answer_bytes", max_answer_bytes, at_least=1, at_most=_LARGEST
        )
        self._transport = transport_to(
            host,
            model,
            ca=ca,
            token=token,
            headers={} if headers is None else headers,
            max_answer_bytes=max_answer_bytes,
        )
        self._conversation = Conversation(self._transport, num_retries)
        self._timeout = timeout
        self._chunk_size = chunk_size

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    @property
    def address(self) -> str:
        """The address of the server, without a password."""
        return self._transport.address

    def close(self) -> None:
        """Closes the connection."""
        self._transport.close()

    def log_prob(self, events: Array, context: Array = None) -> np.ndarray:
        """Returns `log p(x)` of each example, `[N]` nats.

        Args:
            events: `[N, *event_shape]`.
            context: `[N, ...]`, for conditional models.
        """
        return self._scores("log_prob", events, context)

    def log_prob_per_dim(
        self, events: Array, context: Array = None
    ) -> np.ndarray:
        """Returns the score of each dimension, `[N, *event_shape]` nats.

        Args are those of `log_prob`.
        """
        return self._scores("log_prob_per_dim", events, context)

    def anomaly(
        self, events: Array, false_alarm_rate: float, context: Array = None
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Returns what a served detector says of each example.

        Args:
            events: `[N, *event_shape]`.
            false_alarm_rate: Largest p-value that alarms.
            context: `[N, ...]`, for conditional models.

        Returns:
            Scores `[N]`, the larger the more anomalous, p-values `[N]`, and
            predictions `[N]`: -1 for an alarm, else 1.
        """
        rate = {"false_alarm_rate": false_alarm_rate}
        answers, events = self._scored("anomaly", events, context, rate)
        score, p_value, prediction = (
            output(answers, name, events.shape[:1])
            for name in ("score", "p_value", "prediction")
        )
        return score, p_value, prediction

    def surprise(self, events: Array, context: Array = None) -> np.ndarray:
        """Returns a served detector's part of each dimension, in nats.

        Args are those of `log_prob`; the shape is `[N, *event_shape]`.
        """
        return self._scores("surprise", events, context)

    def surprise_stream(
        self, num_sequences: int = 1, context: Array = None
    ) -> ServedStream:
        """Begins sequences without an end; returns a `ServedStream` of them.

        Args:
            num_sequences: Number of sequences side by side.
            context: One context `[1, ...]` for all sequences, or
                `[num_sequences, ...]`, for conditional models.
        """
        if context is not None:
            context = array_of("context", context)
            if len(context) == 1:
                context = np.repeat(context, num_sequences, axis=0)
        return ServedStream(
            self._conversation, self._timeout, num_sequences, context
        )

    def sample(
        self,
        num_samples: int,
        *,
        seed: int,
        context: Array = None,
        **options: Unpack[SamplingNumbers],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns samples and their scores.

        They are those of `model.sample(num_samples, seed=seed,
        return_log_prob=True)` with the same context and options.

        Args:
            num_samples: Number of samples, at least 1.
            seed: An int of 64 bits.
            context: One context `[1, ...]` for all samples, or
                `[num_samples, ...]`.
            **options: `guidance`, `temperature`, `top_k`, `top_p` and `min_p`,
                as `sampling.SamplingNumbers` describes them.

        Returns:
            Events `[num_samples, *event_shape]` and their `[num_samples]` nats
            under what they were drawn from.
        """
        deadline = Deadline(self._timeout)
        num_samples = number_of("num_samples", num_samples)
        numbers = self._numbers("sample", deadline, options)
        limit = self._conversation.facts(deadline).max_num_samples

        def request_of(part):
            count = min(num_samples - part.start, limit)
            inputs = {
                "num_samples": count,
                "seed": seed,
                "first": part.start,
                "context": _of_part(context, part),
            }
            return Request(count, {**inputs, **numbers})

        return self._drawn("sample", num_samples, limit, request_of, deadline)

    def sample_seeds(
        self,
        seeds: Array,
        *,
        context: Array = None,
        **options: Unpack[SamplingNumbers],
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the first sample of each seed, as `model.sample` draws it.

        Args:
            seeds: `[N]`, ints of 64 bits.
            context: As in `sample`.
            **options: As in `sample`.

        Returns:
            Events `[N, *event_shape]` and their `[N]` nats.
        """
        deadline = Deadline(self._timeout)
        seeds = array_of("seeds", seeds)
        numbers = self._numbers("sample_seeds", deadline, options)
        limit = self._conversation.facts(deadline).max_num_samples

        def request_of(part):
            inputs = {
                "seeds": seeds[part],
                "context": _of_part(context, part),
            }
            return Request(len(seeds[part]), {**inputs, **numbers})

        return self._drawn(
            "sample_seeds", len(seeds), limit, request_of, deadline
        )

    def complete(
        self, events: Array, known: Array, *, seed: int, context: Array = None
    ) -> np.ndarray:
        """Returns the completions of `model.complete` for the same seed.

        Args:
            events: `[N, *event_shape]`.
            known: bool `[N, *event_shape]`.
            seed: An int of 64 bits.
            context: `[N, ...]`, for conditional models.
        """
        deadline = Deadline(self._timeout)
        events, known = array_of("events", events), array_of("known", known)

        def request_of(part):
            inputs = {
                "events": events[part],
                "known": known[part],
                "seed": seed,
                "first": part.start,
                "context": _of_batch(context, part),
            }
            return Request(len(events[part]), inputs)

        starts = _starts(len(events), self._chunk_size)
        answers = self._conversation.answers(
            "complete", starts, request_of, deadline
        )
        num_levels = self._conversation.facts(deadline).num_levels
        drawn = output(answers, "events", events.shape)
        check_levels(drawn, num_levels)
        return drawn

    def info(self) -> dict:
        """Returns facts on the model and its training."""
        return self._conversation.info(Deadline(self._timeout))

    def _scores(self, signature, events, context):
        answers, events = self._scored(signature, events, context, {})
        is_whole = signature == "log_prob"
        shape = events.shape[:1] if is_whole else events.shape
        return output(answers, signature, shape)

    def _scored(self, signature, events, context, numbers):
        """Returns the answers on parts of the events, and these as an array."""
        deadline = Deadline(self._timeout)
        events = array_of("events", events)

        def request_of(part):
            inputs = {
                "events": events[part],
                "context": _of_batch(context, part),
                **numbers,
            }
            return Request(len(events[part]), inputs)

        starts = _starts(len(events), self._chunk_size)
        answers = self._conversation.answers(
            signature, starts, request_of, deadline
        )
        return answers, events

    def _drawn(self, signature, count, limit, request_of, deadline):
        answers = self._conversation.answers(
            signature, _starts(count, limit), request_of, deadline
        )
        num_levels = self._conversation.facts(deadline).num_levels
        events = output(answers, "events", (count, ...))
        check_levels(events, num_levels)
        return events, output(answers, "log_prob", (count,))

    def _numbers(self, signature, deadline, options):
        """Returns the numbers of all options of a draw, as inputs by name."""
        inputs = self._conversation.signature(signature, deadline).inputs
        off = {name: OPTIONS[name].off for name in inputs.keys() & OPTIONS}
        return off | {k: v for k, v in options.items() if v is not None}


def _starts(count, size):
    """Returns the first indices of parts of this size."""
    # There is one part even without examples, so that the server refuses it.
    return range(0, max(count, 1), size)


def _of_batch(context, part):
    """Returns the contexts of a part of the examples."""
    return None if context is None else array_of("context", context)[part]


def _of_part(context, part):
    """Returns the contexts of a part; one for all samples is part of each."""
    # The server refuses contexts without an axis.
    if context is None or np.ndim(context) == 0:
        return context
    context = array_of("context", context)
    return context if len(context) == 1 else context[part]
