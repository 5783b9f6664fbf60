"""Doors of the client: the answers of servers, and its arguments."""

import contextlib
import dataclasses
import json
import math

import numpy as np
import tensorflow as tf
from google.protobuf.message import DecodeError

from export import Client
from export import ClientError
from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated

_EVENTS = np.zeros((5, 3), "uint8")
_GOOD = b'{"outputs": [-3.0, -2.5, -3.0, -1.0, -3.0]}'
VALUES = (
    *(0, -1, -2.5, 1e39, 10**400, 2**70, -(2**31), math.nan, math.inf),
    *("1", "", None, True, False, [], [1], {}, {"log_prob": [1.0]}, [[]]),
)
_HEADERS = (
    *(b"Content-Encoding: gzip", b"Content-Encoding: br", b"A: " + b"b" * 999),
    *(b"Transfer-Encoding: chunked", b"Content-Length: 10000000000"),
    *(b"Content-Length: -1", b"Location: /admin", b"Connection: close"),
)
_STATUSES = (100, 200, 204, 206, 301, 302, 307, 400, 404, 418, 429, 500, 503)


@dataclasses.dataclass
class Answer:
    """An answer of a server, and the scores in it if they are plain to see."""

    sent: object
    scores: list | None = None


class RESTAnswers(Door):
    """Bodies, headers and bytes over REST."""

    name = "rest-answers"
    errors = (ClientError,)
    names_file = False

    def __init__(self):
        self._sent = []
        self._client = None

    def make(self, rng, folder):
        if rng.random() < 0.4:
            scores = [-1.0] * int(rng.choice([0, 4, 5, 5, 5, 6]))
            for _ in range(rng.integers(3)):
                scores[:1] = [VALUES[rng.integers(len(VALUES))]]
            body = json.dumps({"outputs": scores}).encode()
            return Answer(http_answer(200, body), scores)
        body = _GOOD if rng.random() < 0.3 else mutated(rng, _GOOD)
        if rng.random() < 0.1:
            body = b"[" * int(rng.integers(1, 200_000))
        headers = [h for h in _HEADERS if rng.random() < 0.05]
        status = 200
        if rng.random() < 0.2:
            status = int(_STATUSES[rng.integers(len(_STATUSES))])
        sent = http_answer(status, body, *headers)
        return Answer(mutated(rng, sent) if rng.random() < 0.4 else sent)

    def enter(self, given):
        if self._client is None:
            # Here, because not every machine has TF-Serving's messages.
            from tests.export.scripted_servers import rest_server

            # It ends with the process, or when it is collected.
            self._server = rest_server(raw=lambda: self._sent)
            host = self._server.__enter__()
            self._client = Client(host, "bits", timeout=5.0, num_retries=0)
        self._sent[:] = [given.sent]
        return self._client.log_prob(_EVENTS)

    def check(self, given, taken):
        assert taken.shape == (5,)
        assert taken.dtype == "float32"
        assert np.isfinite(taken).all()
        if given.scores is not None:
            assert {type(score) for score in given.scores} <= {int, float}
            np.testing.assert_array_equal(
                taken, np.array(given.scores, "float32")
            )


class GRPCAnswers(Door):
    """Tensors over gRPC."""

    name = "grpc-answers"
    errors = (ClientError,)
    names_file = False

    def __init__(self):
        self._sent = {}
        self._client = None

    def make(self, rng, folder):
        scores = np.full(int(rng.choice([4, 5, 5, 5, 6])), -1.0, "float32")
        if rng.random() < 0.3:
            scores = scores.astype(rng.choice(["float64", "int32", "bool"]))
        elif rng.random() < 0.3:
            scores[0] = rng.choice([np.nan, np.inf, 0.0])
        proto = tf.make_tensor_proto(scores)
        if rng.random() < 0.8:
            data = mutated(rng, proto.SerializeToString())
            # gRPC lets through nothing but messages.
            with contextlib.suppress(DecodeError):
                proto = tf.make_tensor_proto(0.0).FromString(data)
        name = "log_prob" if rng.random() < 0.95 else "other"
        return Answer({name: proto})

    def enter(self, given):
        if self._client is None:
            # Here, because not every machine has TF-Serving's messages.
            from tests.export.scripted_servers import grpc_server

            # It ends with the process, or when it is collected.
            self._server = grpc_server(lambda *_: self._sent)
            host = self._server.__enter__()
            self._client = Client(host, "bits", timeout=5.0, num_retries=0)
            self._sent = {"log_prob": tf.make_tensor_proto([-1.0] * 5)}
            self._client.log_prob(_EVENTS)
        self._sent = given.sent
        return self._client.log_prob(_EVENTS)

    def check(self, given, taken):
        assert taken.shape == (5,)
        assert taken.dtype == "float32"
        assert np.isfinite(taken).all()
        np.testing.assert_array_equal(
            taken, tf.make_ndarray(given.sent["log_prob"])
        )


_JUNK = (
    *(0, -1, 1, 2**31, 2**70, 2.5, math.nan, math.inf, None, True, "", "a"),
    *("a b", "\0", "\ud800", "..", "é", "x" * 300, b"a", [], {}, (1,)),
    *({"a": "b"}, {"a": 1}, {"": ""}, {1: "a"}, {"a": "b\nc"}, {"Host": "a"}),
    *("http://", "http://[::1", "https://a", "grpcs://a", "http://a@b:1/c"),
)
_NAMES = (
    *("host", "model", "timeout", "num_retries", "chunk_size"),
    *("max_answer_bytes", "ca", "token", "headers"),
)


class ClientArguments(Door):
    """Arguments of a `Client`."""

    name = "client-arguments"
    names_file = False

    def make(self, rng, folder):
        given = {"host": "http://localhost:1", "model": "bits"}
        for _ in range(rng.integers(1, 4)):
            name = _NAMES[rng.integers(len(_NAMES))]
            given[name] = _JUNK[rng.integers(len(_JUNK))]
        return given

    def enter(self, given):
        with Client(given["host"], given["model"], **_others(given)) as client:
            return client.address

    def check(self, given, taken):
        assert isinstance(taken, str)
        assert "@" not in taken
        assert given.get("timeout", 1) > 0


def _others(given):
    return {k: v for k, v in given.items() if k not in ("host", "model")}


def http_answer(status, body, *headers):
    """Returns the bytes of an answer, with these lines in its head."""
    head = [f"HTTP/1.1 {status} Said".encode(), *headers]
    if not any(header.startswith(b"Content-Length") for header in headers):
        head.append(f"Content-Length: {len(body)}".encode())
    return b"\r\n".join([*head, b"", b""]) + body
