"""Doors of the client's streams: what servers answer to their pieces."""

import abc
import contextlib
import dataclasses
import json

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from export import Client
from export import ClientError
from tests.fuzz.answers import VALUES
from tests.fuzz.answers import http_answer
from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated

_FLOAT, _INT = tf.float32.as_datatype_enum, tf.int32.as_datatype_enum
_NUM_SEQUENCES, _STATE = 2, 4
# Numbers of steps of the pieces.
_PIECES = (3, 2)
_OUTPUTS = {"surprise": (_FLOAT, (-1, -1)), "state": (_FLOAT, (-1, _STATE))}
_INPUTS = {
    "events": (_FLOAT, (-1, -1)),
    "state": (_FLOAT, (-1, _STATE)),
    "num_steps": (_INT, ()),
}
# What a server may say of its outputs, and be wrong.
_OTHER_OUTPUTS = (
    {"surprise": (_FLOAT, (-1, -1))},
    {"state": (_FLOAT, (-1, _STATE))},
    {**_OUTPUTS, "state": (_FLOAT, (-1, -1))},
    {**_OUTPUTS, "state": (_INT, (-1, _STATE))},
    {**_OUTPUTS, "surprise": (_FLOAT, (-1, -1, -1))},
    {**_OUTPUTS, "surprise": (tf.string.as_datatype_enum, (-1, -1))},
)


@dataclasses.dataclass
class Given:
    """The answers to the pieces of a stream.

    Attributes:
        outputs: The outputs that the server describes.
        sent: What the server sends for each piece.
        plain: The arrays in each answer where they are plain to see.
    """

    outputs: dict
    sent: list = dataclasses.field(default_factory=list)
    plain: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass
class Taken:
    """What the client made of the answers.

    Attributes:
        surprises: The surprise of each piece.
        states: The state that came with the request of each piece.
        num_steps: The number of steps of the stream.
    """

    surprises: list
    states: list
    num_steps: int


class _StreamAnswers(Door):
    errors = (ClientError,)
    names_file = False

    def __init__(self):
        self._model = {}
        self._client = None

    @abc.abstractmethod
    def _server(self):
        """Returns the context of a server."""

    def enter(self, given):
        # Here, because not every machine has TF-Serving's messages.
        from tests.export.scripted_servers import described

        self._model |= described({"surprise_next": (_INPUTS, given.outputs)})
        if self._client is None:
            # It ends with the process, or when it is collected.
            self._running = self._server()
            host = self._running.__enter__()
            self._client = Client(host, "bits", timeout=5.0, num_retries=0)
        self._given, self._states = given, []
        stream = self._client.surprise_stream(_NUM_SEQUENCES)
        surprises, before = [], 0
        for length in _PIECES:
            piece = np.zeros((_NUM_SEQUENCES, length), "float32")
            try:
                surprises.append(stream.observe(piece))
            except ClientError:
                # Nothing of a piece was observed that was not answered.
                assert stream.num_steps == before
                raise
            before += length
        return Taken(surprises, self._states, stream.num_steps)

    def _next(self):
        """Returns what the server sends to the request that came last."""
        return self._given.sent[len(self._states) - 1]

    def check(self, given, taken):
        assert taken.num_steps == sum(_PIECES)
        for length, surprise in zip(_PIECES, taken.surprises, strict=True):
            assert surprise.shape == (_NUM_SEQUENCES, length)
            assert surprise.dtype == "float32"
            assert np.isfinite(surprise).all()
        for number, answer in given.plain.items():
            np.testing.assert_array_equal(
                taken.surprises[number], np.float32(answer["surprise"])
            )
        if 0 in given.plain and len(taken.states) > 1:
            np.testing.assert_array_equal(
                taken.states[1], np.float32(given.plain[0]["state"])
            )


class GRPCStreams(_StreamAnswers):
    """Tensors over gRPC."""

    name = "grpc-streams"

    def make(self, rng, folder):
        given = Given(_outputs(rng))
        for number, length in enumerate(_PIECES):
            answer = {
                name: _proto(rng, array)
                for name, array in _arrays(rng, length, given.outputs).items()
            }
            given.sent.append(answer)
            with contextlib.suppress(Exception):
                given.plain[number] = {
                    name: tf.make_ndarray(answer[name]) for name in _OUTPUTS
                }
        return given

    def _server(self):
        from tests.export.scripted_servers import grpc_server

        def answer(_, inputs):
            self._states.append(inputs["state"])
            return self._next()

        return grpc_server(answer, model=self._model)


class RESTStreams(_StreamAnswers):
    """Bodies over REST."""

    name = "rest-streams"

    def make(self, rng, folder):
        given = Given(_outputs(rng))
        for number, length in enumerate(_PIECES):
            answer = {
                name: array.tolist()
                for name, array in _arrays(rng, length, given.outputs).items()
            }
            if rng.random() < 0.2:
                name = ("surprise", "state")[rng.integers(2)]
                answer[name] = [[VALUES[rng.integers(len(VALUES))]] * length]
                answer[name] *= _NUM_SEQUENCES
            body = json.dumps({"outputs": answer}).encode()
            if rng.random() < 0.3:
                body = mutated(rng, body)
            else:
                given.plain[number] = answer
            given.sent.append(http_answer(200, body))
        return given

    def _server(self):
        from tests.export.scripted_servers import rest_server

        def answer():
            self._states.append(None)
            return [self._next()]

        return rest_server(raw=answer, model=self._model)

    def check(self, given, taken):
        # What is sent is raw, and the requests are not looked at.
        taken.states.clear()
        super().check(given, taken)


def _outputs(rng):
    """Returns the outputs that a server describes, mostly those it has."""
    if rng.random() < 0.8:
        return _OUTPUTS
    return _OTHER_OUTPUTS[rng.integers(len(_OTHER_OUTPUTS))]


def _arrays(rng, length, outputs):
    """Returns an answer as arrays, which mostly fit what is described."""
    answer = {
        "surprise": rng.random((_NUM_SEQUENCES, length), "float32"),
        "state": rng.random((_NUM_SEQUENCES, _STATE), "float32"),
    }
    if rng.random() < 0.3:
        name = ("surprise", "state")[rng.integers(2)]
        sizes = rng.integers(0, 4, size=rng.integers(0, 4))
        answer[name] = np.ones(sizes, "float32")
    if rng.random() < 0.95:
        return {name: answer[name] for name in outputs}
    return answer


def _proto(rng, array):
    if rng.random() < 0.1:
        array = array.astype(rng.choice(["float64", "int32", "bool"]))
    elif rng.random() < 0.1 and array.size:
        array.flat[0] = rng.choice([np.nan, np.inf, -np.inf])
    proto = tf.make_tensor_proto(array)
    if rng.random() < 0.3:
        data = mutated(rng, proto.SerializeToString())
        # gRPC lets through nothing but messages.
        with contextlib.suppress(DecodeError):
            proto = tf.make_tensor_proto(0.0).FromString(data)
    return proto
