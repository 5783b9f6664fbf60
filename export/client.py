"""Asks a served model from Python.

Shapes: N examples.
"""

import json
import time

import numpy as np

from .errors import RequestError
from .errors import UnavailableError
from .grpc_transport import GRPCTransport
from .options import OFF
from .rest_transport import RESTTransport

_FIRST_PAUSE = 0.1
_INT32 = np.dtype("int32")


class Client:
    """A model that TF-Serving serves, with the methods of the model.

    Args:
        host: Where: `localhost:8500` for gRPC, `http://localhost:8501` for
            REST.
        model: Name of the model on the server.
        timeout: Seconds that one answer may take.
        num_retries: How often a server that is not available is asked again,
            after pauses of 0.1, 0.2, 0.4, ... seconds.
        chunk_size: Examples of one request to score or complete; larger
            batches become several requests, as do more samples than the limit
            of the model. The values are those of one request.

    Raises:
        ValueError: If `chunk_size` is below 1 or `num_retries` negative.
        ImportError: If `host` is for gRPC and tensorflow-serving-api is not
            installed.

    Every method raises `RequestError`, a `ValueError`, if the server refuses a
    request; `UnavailableError` if there is no server after all retries;
    `TimeoutError` if an answer takes too long.
    """

    def __init__(
        self,
        host: str,
        model: str,
        *,
        timeout: float = 60.0,
        num_retries: int = 5,
        chunk_size: int = 256,
    ):
        if chunk_size < 1 or num_retries < 0:
            raise ValueError(
                "`chunk_size` must be at least 1 and `num_retries` at least "
                f"0. Received: chunk_size={chunk_size}, "
                f"num_retries={num_retries}"
            )
        is_rest = host.startswith(("http://", "https://"))
        transport = RESTTransport if is_rest else GRPCTransport
        self._transport = transport(host, model, timeout)
        self._num_retries = num_retries
        self._chunk_size = chunk_size
        self._signatures = None
        self._limit = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Closes the connection."""
        self._transport.close()

    def score(self, events, context=None) -> np.ndarray:
        """Returns `log p(x)` of each example, `[N]` nats.

        Args:
            events: `[N, *event_shape]`.
            context: `[N, ...]`, of conditional models.
        """
        return self._scores("log_prob", events, context)

    def score_per_dim(self, events, context=None) -> np.ndarray:
        """Returns the score of each dimension, `[N, *event_shape]` nats.

        Args are those of `score`.
        """
        return self._scores("log_prob_per_dim", events, context)

    def sample(
        self,
        num_samples: int,
        *,
        seed: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        context=None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns what `model.sample` returns for the same seed.

        Args:
            num_samples: How many, at least 1.
            seed: An int of 64 bits.
            temperature: At least 1e-6; below 1 sharpens every conditional.
            top_k: Draw from the `k` most probable values of each conditional.
            top_p: Draw from the fewest values that hold this probability.
            min_p: Draw from the values that are at least this many times as
                probable as the most probable one.
            context: One context `[1, ...]` for all samples, or
                `[num_samples, ...]`.

        Returns:
            Events `[num_samples, *event_shape]` and their `[num_samples]` nats
            under what they were drawn from.
        """
        num_samples = int(_converted("num_samples", num_samples, _INT32))
        departing = self._departing("sample", temperature, top_k, top_p, min_p)
        answers = []
        limit = self._most_samples()
        for part in _parts(num_samples, limit):
            inputs = {
                "num_samples": min(num_samples - part.start, limit),
                "seed": seed,
                "first": part.start,
                "context": _of_part(context, part),
                **departing,
            }
            answers.append(self._ask("sample", inputs))
        return _joined(answers)

    def sample_seeds(
        self,
        seeds,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        context=None,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Returns the first sample of each seed, as `model.sample` draws it.

        Args:
            seeds: `[N]`, ints of 64 bits.
            temperature: As in `sample`, and so are the other arguments.
            top_k: As in `sample`.
            top_p: As in `sample`.
            min_p: As in `sample`.
            context: As in `sample`.

        Returns:
            Events `[N, *event_shape]` and their `[N]` nats.
        """
        seeds = np.atleast_1d(seeds)
        departing = self._departing(
            "sample_seeds", temperature, top_k, top_p, min_p
        )
        answers = []
        for part in _parts(len(seeds), self._most_samples()):
            inputs = {
                "seeds": seeds[part],
                "context": _of_part(context, part),
                **departing,
            }
            answers.append(self._ask("sample_seeds", inputs))
        return _joined(answers)

    def complete(self, events, known, *, seed: int, context=None) -> np.ndarray:
        """Returns what `model.complete` returns for the same seed.

        Args:
            events: `[N, *event_shape]`.
            known: bool `[N, *event_shape]`.
            seed: An int of 64 bits.
            context: `[N, ...]`, of conditional models.
        """
        known = np.atleast_1d(known)
        answers = []
        for chunk, inputs in self._chunks(events, context):
            asked = {"known": known[chunk], "seed": seed, "first": chunk.start}
            answers.append(self._ask("complete", {**inputs, **asked})["events"])
        return np.concatenate(answers)

    def info(self) -> dict:
        """Returns what the model is and how it was trained."""
        answer = self._ask("info", {"request": [0]})
        facts = {name: _plain(value[0]) for name, value in answer.items()}
        return {**facts, "result": json.loads(facts["result"])}

    def _scores(self, signature, events, context):
        scores = [
            self._ask(signature, inputs)[signature]
            for _, inputs in self._chunks(events, context)
        ]
        return np.concatenate(scores)

    def _chunks(self, events, context):
        """Yields a slice of the examples, and the inputs that they are."""
        events = np.atleast_1d(events)
        for chunk in _parts(len(events), self._chunk_size):
            inputs = {"events": events[chunk], "context": None}
            if context is not None:
                inputs["context"] = np.asarray(context)[chunk]
            yield chunk, inputs

    def _most_samples(self):
        """Returns how many samples the model draws for one request."""
        if self._limit is None:
            self._limit = self.info()["max_num_samples"]
        return self._limit

    def _departing(self, signature, temperature, top_k, top_p, min_p):
        """Returns how a draw departs from the model, as inputs by name."""
        cuts = {"top_k": top_k, "top_p": top_p, "min_p": min_p}
        offered = self._inputs(signature)
        whole = {name: OFF[name] for name in offered.keys() & OFF.keys()}
        given = {name: cut for name, cut in cuts.items() if cut is not None}
        return {"temperature": temperature, **whole, **given}

    def _inputs(self, signature):
        """Returns the dtypes of the inputs of a signature."""
        if self._signatures is None:
            self._signatures = self._retried(self._transport.signatures)
        if signature not in self._signatures:
            raise RequestError(
                f"The model has no signature {signature!r}, but "
                f"{', '.join(sorted(self._signatures))}."
            )
        return self._signatures[signature]

    def _ask(self, signature, inputs):
        dtypes = self._inputs(signature)
        inputs = {k: v for k, v in inputs.items() if v is not None}
        for name in inputs.keys() - dtypes.keys():
            raise RequestError(f"`{name}` is not offered by this model.")
        for name in dtypes.keys() - inputs.keys():
            raise RequestError(f"`{name}` is missing.")
        arrays = {
            name: _converted(name, value, dtypes[name])
            for name, value in inputs.items()
        }
        return self._retried(self._transport.ask, signature, arrays)

    def _retried(self, function, *args):
        for pause in range(self._num_retries):
            try:
                return function(*args)
            except UnavailableError:
                time.sleep(_FIRST_PAUSE * 2**pause)
        return function(*args)


def _converted(name, value, dtype):
    """Returns an array of the dtype, unless that changes a value."""
    array = np.asarray(value)
    try:
        converted = array.astype(dtype)
    except (TypeError, ValueError, OverflowError) as error:
        raise RequestError(f"`{name}` must be {dtype}: {error}") from error
    if dtype.kind in "bi" and not np.array_equal(converted, array):
        raise RequestError(
            f"`{name}` must hold values of {dtype}. Received: {array.dtype} "
            f"from {array.min()} to {array.max()}"
        )
    return converted


def _parts(count, size):
    """Yields slices that cover so many, the last one perhaps beyond them."""
    # One where there are none, so that the server refuses it.
    for start in range(0, max(count, 1), size):
        yield slice(start, start + size)


def _of_part(context, part):
    """Returns the contexts of a part; one for all samples is part of each."""
    # What has no axis is for the server to refuse.
    if context is None or np.ndim(context) == 0:
        return context
    context = np.asarray(context)
    return context if len(context) == 1 else context[part]


def _joined(answers):
    return tuple(
        np.concatenate([answer[name] for answer in answers])
        for name in ("events", "log_prob")
    )


def _plain(value):
    """Returns one fact as a `str`, an int or a list."""
    return value.decode() if isinstance(value, bytes) else value.tolist()
