"""Requests to one served model, and answers that fit them.

Shapes: B examples, samples or rows of one request.
"""

import json
import typing
from typing import Any

import numpy as np

from ..conversion import converted
from .deadline import Deadline
from .errors import AnswerError
from .errors import NotFoundError
from .errors import RequestError
from .errors import UnavailableError
from .served import Signature
from .transport import Transport

_FIRST_PAUSE = 0.1
# The pause is far beyond any deadline by then, and would overflow if it doubled
# on.
_MOST_DOUBLINGS = 20


class Request(typing.NamedTuple):
    """A request to a signature.

    Attributes:
        num_rows: The first axis of every output, `B`.
        inputs: Arrays, or values that NumPy makes arrays of, by name; an input
            that is `None` is not sent.
    """

    num_rows: int
    inputs: dict


class Facts(typing.NamedTuple):
    """The facts that a client itself needs to know of a model.

    Attributes:
        max_num_samples: The most samples of one request.
        num_levels: Number of values of a dimension, 0 if real-valued.
    """

    max_num_samples: int
    num_levels: int


class Conversation:
    """The requests to one model.

    A request is repeated while no server is available, and all requests of a
    call go to the same version of the model. The signatures of the model are
    asked for once and kept, until a request is refused or another version
    answers.

    Args:
        transport: The `Transport` that requests travel by.
        num_retries: Number of times that a server which is not available is
            asked again.
    """

    def __init__(self, transport: Transport, num_retries: int) -> None:
        self._transport = transport
        self._num_retries = num_retries
        self._served: Any = None
        self._facts: Facts | None = None

    def signature(self, name: str, deadline: Deadline) -> Signature:
        """Returns the inputs and the outputs of a signature.

        Raises:
            ClientError: If the model has no such signature, or with dtypes that
                a client does not know, or as `answers`.
        """
        signatures = self._current(deadline).signatures
        if name not in signatures:
            raise RequestError(
                f"The model has no signature {name!r}, but "
                f"{', '.join(sorted(signatures))}."
            )
        try:
            signatures[name].check_dtypes(name)
        except AnswerError:
            # A sound model may take the place of this one.
            self._forget()
            raise
        return signatures[name]

    def answers(
        self,
        signature: str,
        starts: range,
        request_of: typing.Callable[[slice], Request],
        deadline: Deadline,
    ) -> list[dict[str, np.ndarray]]:
        """Returns the answers of one version to the requests of a call.

        Args:
            signature: Name of the signature.
            starts: The first indices of the parts of the call.
            request_of: Returns the request for a part.
            deadline: The `Deadline` of the call.

        Raises:
            ClientError: If a request is refused, no server answers, the call
                takes too long, or an answer is not of the signature.
        """
        # A single request is of one version by itself, so nobody has to ask
        # which.
        if len(starts) == 1:
            return list(
                self._asked(signature, starts, request_of, None, deadline)
            )
        for _ in range(self._num_retries):
            try:
                return self._of_one_version(
                    signature, starts, request_of, deadline
                )
            except NotFoundError:
                # Another version has taken the place of the first, and answers
                # all anew.
                continue
        return self._of_one_version(signature, starts, request_of, deadline)

    def version(self, deadline: Deadline) -> int:
        """Returns the version that the server has now.

        Raises:
            ClientError: As `answers` does.
        """
        before = self._served
        # The version is asked for anew, because the server may have changed it
        # since the last call.
        self._served = None
        version = self._current(deadline).version
        if version is None:
            raise AnswerError("The server does not say which version it has.")
        # Facts of another version may differ.
        if before is not None and before.version != version:
            self._facts = None
        return version

    def answer(
        self, signature: str, request: Request, version: int, deadline: Deadline
    ) -> dict[str, np.ndarray]:
        """Returns the answer of this version to a request.

        Raises:
            ClientError: As `answers` does.
        """
        (answer,) = self._asked(
            signature, range(1), lambda _: request, version, deadline
        )
        return answer

    def info(self, deadline: Deadline) -> dict:
        """Returns facts on the model and its training.

        Raises:
            ClientError: As `answers` does.
        """
        (answer,) = self.answers(
            "info", range(1), lambda _: Request(1, {"request": [0]}), deadline
        )
        facts = {name: _plain(value[0]) for name, value in answer.items()}
        try:
            return {**facts, "result": json.loads(facts["result"])}
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise AnswerError(
                f"The answer's `result` must be JSON: {error!r}"
            ) from error

    def facts(self, deadline: Deadline) -> Facts:
        """Returns the facts that a client needs to know of the model.

        Raises:
            ClientError: As `answers` does.
        """
        if self._facts is None:
            info = self.info(deadline)
            found: list[Any] = [info.get(name) for name in Facts._fields]
            if (
                not all(isinstance(n, int) and n >= 0 for n in found)
                or not (found[0])
            ):
                raise AnswerError(
                    "The answer must hold max_num_samples and num_levels. "
                    f"Received: {found}"
                )
            self._facts = Facts(*found)
        return self._facts

    def _forget(self):
        self._served = self._facts = None

    def _current(self, deadline):
        if self._served is None:
            self._served = self._retried(self._transport.served, deadline)
        return self._served

    def _of_one_version(self, signature, starts, request_of, deadline):
        version = self.version(deadline)
        return list(
            self._asked(signature, starts, request_of, version, deadline)
        )

    def _asked(self, name, starts, request_of, version, deadline):
        """Yields the answers of a version, `None` for the server's choice."""
        signature = self.signature(name, deadline)
        for start in starts:
            request = request_of(slice(start, start + starts.step))
            inputs = self._inputs(signature, request.inputs, deadline)
            ask = (name, signature, inputs, request.num_rows, version)
            try:
                yield self._retried(self._transport.ask, *ask, deadline)
            except (RequestError, AnswerError):
                # Another model may have taken the place of the one that was
                # known.
                self._forget()
                raise

    def _inputs(self, signature, inputs, deadline):
        """Returns arrays as a signature takes them, by name."""
        inputs = {k: v for k, v in inputs.items() if v is not None}
        for name in sorted(inputs.keys() - signature.inputs.keys()):
            raise RequestError(f"`{name}` is not offered by this model.")
        for name in sorted(signature.inputs.keys() - inputs.keys()):
            raise RequestError(f"`{name}` is missing.")
        return {
            name: self._input(name, value, signature.inputs[name], deadline)
            for name, value in inputs.items()
        }

    def _input(self, name, value, spec, deadline):
        is_discrete = False
        # The server is asked only if a cast could turn other numbers into
        # integers.
        if name == "events" and not np.can_cast(value.dtype, spec.dtype):
            is_discrete = self.facts(deadline).num_levels > 0
        return _converted(name, value, spec.dtype, is_discrete=is_discrete)

    def _retried(self, function, *args):
        """Calls a function whose last argument is the deadline."""
        for attempt in range(self._num_retries):
            try:
                return function(*args)
            except UnavailableError:
                doublings = min(attempt, _MOST_DOUBLINGS)
                args[-1].pause(_FIRST_PAUSE * 2**doublings)
        return function(*args)


def array_of(name: str, value: Any) -> np.ndarray:
    """Returns an array with at least one axis.

    Raises:
        RequestError: If NumPy makes no array of it.
    """
    try:
        return np.atleast_1d(np.asanyarray(value))
    except (TypeError, ValueError) as error:
        raise RequestError(f"`{name}` must be an array: {error}") from error


def number_of(name: str, value: Any) -> int:
    """Returns an int of 32 bits.

    Raises:
        RequestError: If the value is not such an int.
    """
    array = _converted(name, value, np.dtype("int32"))
    if array.ndim:
        raise RequestError(
            f"`{name}` must be a number. Received: shape {array.shape}"
        )
    return int(array)


def output(
    answers: list[dict[str, np.ndarray]], name: str, shape: tuple
) -> np.ndarray:
    """Returns an output of several answers, joined.

    Args:
        answers: Arrays by name, of each part of a call.
        name: Name of the output.
        shape: The shape that it must have; `...` at the end for any further
            axes.

    Raises:
        AnswerError: If it is missing, of another shape, or not of numbers.
    """
    try:
        array = np.concatenate([answer[name] for answer in answers])
    except (KeyError, ValueError) as error:
        raise AnswerError(
            f"The answer must hold `{name}`, each part alike: {error!r}"
        ) from error
    is_open = shape[-1:] == (...,)
    fixed = shape[:-1] if is_open else shape
    actual = array.shape[: len(fixed)] if is_open else array.shape
    if actual != fixed or array.dtype.kind not in "iuf":
        raise AnswerError(
            f"The answer's `{name}` must be numbers of shape {shape}. "
            f"Received: {array.dtype}, shape {array.shape}"
        )
    return array


def check_levels(events: np.ndarray, num_levels: int) -> None:
    """Checks that drawn events are values of the model.

    Raises:
        AnswerError: If one is not an integer in `[0, num_levels)`; real-valued
            models have 0 levels and any value.
    """
    if not num_levels:
        return
    valid = (events >= 0) & (events < num_levels) & (events == events // 1)
    if not valid.all():
        raise AnswerError(
            f"The answer's `events` must be integers in [0, {num_levels - 1}]. "
            f"Received: {events[~valid][0]}"
        )


def _converted(name, value, dtype, **options):
    try:
        return converted(name, value, dtype, **options)
    except ValueError as error:
        raise RequestError(str(error)) from error


def _plain(value):
    """Returns one fact as a `str`, an int or a list."""
    if isinstance(value, bytes):
        return value.decode("utf-8", errors="replace")
    return value.tolist()
