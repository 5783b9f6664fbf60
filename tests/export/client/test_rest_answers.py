"""A client takes no bytes over REST for an answer that are none."""

import itertools
import socket
import threading
import time
import types

import numpy as np
import pytest

from export import AnswerError
from export import Client
from export import DeadlineError
from export import UnavailableError
from export.client.connections import connected_within
from export.client.deadline import Deadline
from tests.export import scripted_servers
from tests.export.scripted_servers import CERTIFICATE

EVENTS = np.zeros((5, 3), "uint8")


def http(body, *headers, status="200 OK"):
    """Returns the bytes of an answer in one piece."""
    head = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    return ["\r\n".join([*head, "", ""]).encode() + body]


def paused(pieces):
    for piece in pieces:
        time.sleep(0.05)
        yield piece


GOOD = b'{"outputs": [-3, -3, -3, -3, -3]}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(GOOD)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
BODIES = {
    "no JSON": (lambda: http(b"<html>"), "The answer is not JSON"),
    "bytes": (lambda: http(b"\xff\xfe\xfd"), "The answer is not JSON"),
    "deep": (lambda: http(b"[" * 19_000), "The answer is not JSON"),
    "list": (lambda: http(b"[1]"), "The answer is not a JSON object"),
    "empty": (lambda: http(b""), "The answer is not JSON"),
    "nothing": (lambda: http(b"{}"), "must hold numbers"),
    "gzip": (
        lambda: http(GOOD, "Content-Encoding: gzip"),
        "The answer is compressed",
    ),
    "large": (
        lambda: http(b" " * 30_000),
        "larger than max_answer_bytes=20000: ask for less",
    ),
    "endless": (
        lambda: itertools.chain(
            [CHUNKED], itertools.repeat(b"400\r\n" + 1024 * b" " + b"\r\n")
        ),
        "larger than max_answer_bytes=20000: ask for less",
    ),
    "redirect": (
        lambda: http(
            b"", "Location: /admin?delete=1", status="307 Temporary Redirect"
        ),
        "redirects to /admin.delete=1, which is not followed",
    ),
    "failure": (
        lambda: http(b'{"error": "it\\u001bbroke"}', status="500 Sorry"),
        r"status 500: it\?broke",
    ),
    "no content": (lambda: http(b"", status="204 None"), "status 204"),
}


@pytest.mark.parametrize(("raw", "message"), BODIES.values(), ids=BODIES)
def test_a_body_that_is_no_answer_is_not_taken(raw, message):
    paths = []
    with (
        scripted_servers.rest_server(raw=raw, paths=paths) as host,
        Client(host, "bits", max_answer_bytes=20_000) as client,
        pytest.raises(AnswerError, match=message),
    ):
        client.log_prob(EVENTS)
    # It was asked once, and nothing else was.
    assert paths == [
        "/v1/models/bits/metadata",
        "/v1/models/bits:predict",
    ]


BROKEN = {
    "cut": lambda: [HEAD + b"\r\n" + GOOD[:9]],
    "not HTTP": lambda: [b"SSH-2.0-OpenSSH_9\r\n"],
    "silent": lambda: [],
    "many headers": lambda: [HEAD + b"a: b\r\n" * 200 + b"\r\n" + GOOD],
    "long header": lambda: [HEAD + b"a: " + 70_000 * b"b" + b"\r\n\r\n"],
    "no chunk": lambda: [CHUNKED + b"xyz\r\n"],
    "not ready": lambda: http(b"soon", status="503 Soon"),
}


@pytest.mark.parametrize("raw", BROKEN.values(), ids=BROKEN)
def test_a_connection_that_breaks_is_tried_again(raw):
    answers = iter([raw, raw, lambda: http(GOOD)])
    with (
        scripted_servers.rest_server(raw=lambda: next(answers)()) as host,
        Client(host, "bits", num_retries=2) as client,
    ):
        np.testing.assert_array_equal(client.log_prob(EVENTS), [-3.0] * 5)
    with (
        scripted_servers.rest_server(raw=raw) as host,
        Client(host, "bits", num_retries=0) as client,
        pytest.raises(UnavailableError),
    ):
        client.log_prob(EVENTS)


SLOW = {
    "body": lambda: itertools.chain(
        [HEAD + b"\r\n"], paused([b" "] * len(GOOD))
    ),
    "headers": lambda: itertools.chain(
        [b"HTTP/1.1 200 OK\r\n"], paused(itertools.repeat(b"a: b\r\n"))
    ),
    "a header": lambda: itertools.chain(
        [b"HTTP/1.1 200 OK\r\na: "], paused(itertools.repeat(b"b"))
    ),
    "stall": lambda: itertools.chain(
        [HEAD + b"\r\n{"], (time.sleep(1.0) for _ in range(1))
    ),
}


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("raw", SLOW.values(), ids=SLOW)
def test_an_answer_in_small_pieces_ends_with_the_time(raw, tls):
    paths = []
    with (
        scripted_servers.rest_server(raw=raw, tls=tls, paths=paths) as host,
        Client(host, "bits", ca=CERTIFICATE if tls else None) as client,
    ):
        # On a busy machine, that takes its time.
        client._conversation.signature("log_prob", Deadline(60.0))
        client._timeout = 0.5
        with pytest.raises(DeadlineError, match=r"than timeout=0\.5 seconds"):
            client.log_prob(EVENTS)
    # It is not tried again.
    assert len(paths) <= 2


def test_the_look_up_of_a_name_counts_against_the_time(monkeypatch):
    released = threading.Event()

    def look_up(*_):
        released.wait(5.0)
        raise socket.gaierror("no such name")

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    with (
        Client("http://no.example", "m", timeout=0.2, num_retries=0) as client,
        pytest.raises(DeadlineError),
    ):
        client.log_prob(EVENTS)
    released.set()


def test_a_connection_that_comes_too_late_is_closed():
    asked, closed = threading.Event(), threading.Event()
    connection = types.SimpleNamespace(close=closed.set)

    def connect():
        asked.wait(60.0)
        return connection

    with pytest.raises(TimeoutError):
        connected_within(0.01, connect)
    assert not closed.is_set()
    asked.set()
    assert closed.wait(60.0)
    assert connected_within(60.0, connect) is connection


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("../../admin", "..%2F..%2Fadmin"),
        ("m?x=1", "m%3Fx%3D1"),
        ("m#f", "m%23f"),
        ("%2e%2e/x", "%252e%252e%2Fx"),
        ("modèle", "mod%C3%A8le"),
    ],
)
def test_the_name_of_a_model_reaches_no_other_path(model, path):
    paths = []
    with (
        scripted_servers.rest_server(paths=paths) as host,
        Client(f"{host}/prefix/", model) as client,
    ):
        client.log_prob(EVENTS)
    assert paths == [
        f"/prefix/v1/models/{path}/metadata",
        f"/prefix/v1/models/{path}:predict",
    ]
