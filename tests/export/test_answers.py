"""A client takes no answer but one to what it asked."""

import itertools
import socket
import time

import grpc
import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("tensorflow_serving", reason="needs .[serving]")

from export import AnswerError
from export import Client
from export import ClientError
from export import DeadlineError
from export import RequestError
from export import UnavailableError
from export.connections import TimedSocket
from export.deadline import Deadline
from tests.export import scripted_servers
from tests.export.scripted_servers import CERTIFICATE
from tests.export.scripted_servers import definitions
from tests.export.scripted_servers import honest

SERVERS = {
    "grpc": scripted_servers.grpc_server,
    "rest": scripted_servers.rest_server,
}
EVENTS = np.zeros((5, 3), "uint8")
ASK = {
    "score": lambda client: client.score(EVENTS),
    "score_per_dim": lambda client: client.score_per_dim(EVENTS),
    "sample": lambda client: client.sample(3, seed=0),
    "sample_seeds": lambda client: client.sample_seeds([1, 2]),
    "complete": lambda client: client.complete(EVENTS, EVENTS == 0, seed=0),
    "info": lambda client: client.info(),
}


@pytest.fixture(params=SERVERS)
def server(request):
    return SERVERS[request.param]


def changed(**outputs):
    """Returns an honest answer with other outputs."""

    def answer(signature, inputs):
        right = honest(signature, inputs)
        if not outputs.keys() <= right.keys():
            return right
        return {
            name: outputs[name](value) if name in outputs else value
            for name, value in right.items()
        }

    return answer


def with_value(bad, at=1):
    def change(array):
        array = array.copy()
        array.flat[at] = bad
        return array

    return change


def test_an_honest_answer_is_taken(server):
    with server() as host, Client(host, "bits") as client:
        np.testing.assert_array_equal(client.score(EVENTS), [-3.0] * 5)
        assert client.score_per_dim(EVENTS).shape == (5, 3)
        events, log_prob = client.sample(9, seed=0)
        assert events.shape == (9, 3)
        assert log_prob.shape == (9,)
        assert client.complete(EVENTS, EVENTS == 0, seed=0).shape == (5, 3)
        assert client.info()["max_num_samples"] == 4


WRONG = [
    ("score", {"log_prob": lambda a: a[:3]}, r"shape \[5\]. Received"),
    ("score", {"log_prob": lambda a: a[:, None]}, r"shape \[5\]. Received"),
    ("score", {"log_prob": with_value(np.nan)}, r"finite. Received: nan at \["),
    ("score", {"log_prob": with_value(np.inf)}, r"finite. Received: inf at \["),
    ("score_per_dim", {"log_prob_per_dim": with_value(-np.inf)}, "finite"),
    ("score_per_dim", {"log_prob_per_dim": lambda a: a[:, :2]}, r"\[5, 3\]"),
    ("sample", {"log_prob": lambda a: a[:2]}, r"shape \[3\]. Received"),
    ("sample", {"events": lambda a: a[:2]}, r"shape \[3, 3\]. Received"),
    ("sample", {"events": with_value(2)}, r"integers in \[0, 1\]. Received: 2"),
    ("sample", {"events": with_value(-1)}, "integers in"),
    ("sample_seeds", {"events": lambda a: a[:1]}, r"shape \[2, 3\]. Received"),
    ("complete", {"events": with_value(7)}, "integers in"),
    ("complete", {"events": lambda a: a[:, :1]}, r"shape \[5, 3\]. Received"),
    ("info", {"result": lambda a: np.array([b"{"])}, "`result` must be JSON"),
    ("sample", {"max_num_samples": lambda a: 0 * a}, "must hold max_num_samp"),
    ("sample", {"num_levels": lambda a: -a}, "must hold max_num_samples and"),
]


@pytest.mark.parametrize(("method", "outputs", "message"), WRONG)
def test_a_wrong_answer_is_not_taken(server, method, outputs, message):
    with (
        server(changed(**outputs)) as host,
        Client(host, "bits", num_retries=0) as client,
        pytest.raises(AnswerError, match=message),
    ):
        ASK[method](client)


def proto(dtype, shape, **values):
    """Returns a `TensorProto` whose parts need not fit."""
    tensor = tf.make_tensor_proto(np.zeros(0, dtype))
    tensor.ClearField("tensor_shape")
    for size in shape:
        tensor.tensor_shape.dim.add().size = size
    for name, value in values.items():
        if name == "tensor_content":
            tensor.tensor_content = value
        else:
            getattr(tensor, name).extend(value)
    return tensor


@pytest.mark.parametrize(
    "tensor",
    [
        proto("float64", [5], double_val=[0.0] * 5),
        proto("int32", [5], int_val=[0] * 5),
        # One value, repeated, would fill all memory.
        proto("float32", [10**12], float_val=[0.0]),
        proto("float32", [5], tensor_content=b"123"),
        proto("float32", [-5], float_val=[0.0]),
        proto("float32", [5, 0]),
        proto("float32", [5], float_val=[0.0] * 6),
        proto("complex64", [5], scomplex_val=[0.0] * 10),
        tf.make_tensor_proto([b"-1.0"] * 5),
    ],
    ids=str,
)
def test_a_message_that_is_no_such_tensor_is_not_taken(tensor):
    with (
        scripted_servers.grpc_server(lambda *_: {"log_prob": tensor}) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match="The answer's `log_prob`"),
    ):
        client.score(EVENTS)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1, 2, 3], r"shape \[5\]"),
        ([None] * 5, "numbers"),
        (["1.0"] * 5, "numbers"),
        ([1.0, True, 1.0, 1.0, 1.0], "numbers. Received: bools"),
        ([[1], [1, 2], 1, 1, 1], "numbers"),
        ([1.0, 1.0, 1.0, 1.0, 1e39], "finite"),
        ([1.0, 1.0, 1.0, 1.0, 10**400], "numbers"),
        ({"a": 1}, "numbers"),
        (None, "numbers"),
        (-3.0, r"shape \[5\]"),
    ],
    ids=str,
)
def test_json_that_is_no_such_tensor_is_not_taken(values, message):
    with (
        scripted_servers.rest_server(lambda *_: {"log_prob": values}) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match=message),
    ):
        client.score(EVENTS)


@pytest.mark.parametrize(
    "events", [[[0.7] * 3] * 3, [["1"] * 3] * 3, [[2**40] * 3] * 3], ids=str
)
def test_events_in_json_must_be_what_they_are_said_to_be(events):
    with (
        scripted_servers.rest_server(changed(events=lambda _: events)) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match="The answer's `events` must"),
    ):
        client.sample(3, seed=0)


@pytest.mark.parametrize("outputs", [{}, {"other": np.zeros(5, "float32")}])
def test_other_outputs_are_not_taken(outputs):
    with (
        scripted_servers.grpc_server(lambda *_: outputs) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match=r"must hold \['log_prob'\]"),
    ):
        client.score(EVENTS)


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
        client.score(EVENTS)
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
        np.testing.assert_array_equal(client.score(EVENTS), [-3.0] * 5)
    with (
        scripted_servers.rest_server(raw=raw) as host,
        Client(host, "bits", num_retries=0) as client,
        pytest.raises(UnavailableError),
    ):
        client.score(EVENTS)


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
            client.score(EVENTS)
    # It is not tried again.
    assert len(paths) <= 2


def test_the_timeout_of_a_socket_is_for_all_that_is_read():
    left, right = socket.socketpair()
    with left, right, TimedSocket(fileno=left.detach()) as reader:
        reader.settimeout(60.0)
        for _ in range(2):
            before = reader.gettimeout()
            right.send(b"a")
            reader.recv_into(bytearray(1))
            assert reader.gettimeout() < before
        reader.settimeout(0.01)
        right.send(b"a")
        time.sleep(0.02)
        with pytest.raises(TimeoutError):
            reader.recv_into(bytearray(1))


def test_no_pause_is_longer_than_the_time():
    with pytest.raises(DeadlineError):
        Deadline(60.0).pause(1e6)


@pytest.mark.parametrize("host", ["localhost:1", "http://localhost:1"])
def test_retries_count_against_the_time(host):
    with (
        Client(host, "bits", timeout=0.3, num_retries=10**6) as client,
        pytest.raises(DeadlineError),
    ):
        client.score(EVENTS)


def test_all_parts_of_a_call_count_against_the_time(server):
    def slow(signature, inputs):
        time.sleep(0.1)
        return honest(signature, inputs)

    with (
        server(slow) as host,
        Client(host, "bits", timeout=0.5, chunk_size=1) as client,
        pytest.raises(DeadlineError),
    ):
        client.score(np.zeros((100, 3), "uint8"))


def test_one_version_answers_all_parts_of_a_call(server):
    asked = []

    def version():
        # Replaced after two parts were answered.
        return 1 + (len(asked) >= 2)

    def answer(signature, inputs):
        scores = np.full(len(inputs["events"]), -float(version()), "float32")
        asked.append(version())
        return {"log_prob": scores}

    with (
        server(answer, version=version) as host,
        Client(host, "bits", chunk_size=2) as client,
    ):
        scores = client.score(np.zeros((8, 3), "uint8"))
    np.testing.assert_array_equal(scores, [-2.0] * 8)
    assert asked == [1, 1, 2, 2, 2, 2]


def test_a_version_that_never_stays_is_an_error(server):
    versions = itertools.count(1)
    with (
        server(version=lambda: next(versions)) as host,
        Client(host, "bits", chunk_size=1, num_retries=2) as client,
        pytest.raises(RequestError, match="not found"),
    ):
        client.score(EVENTS)


def without_a_dtype(definition):
    definition.inputs["events"].dtype = 0


def without_axes(definition):
    definition.outputs["log_prob"].tensor_shape.unknown_rank = True


def with_two_axes(definition):
    definition.outputs["log_prob"].tensor_shape.dim.add().size = 2


def with_another_output(definition):
    definition.outputs["other"].CopyFrom(definition.outputs.pop("log_prob"))


@pytest.mark.parametrize(
    "change", [without_a_dtype, with_two_axes, with_another_output]
)
def test_another_description_is_not_taken(server, change):
    model = definitions()
    change(model["log_prob"])
    with (
        server(model=model) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError),
    ):
        client.score(EVENTS)


def test_an_answer_that_fits_another_description_is_not_taken(server):
    model = definitions()
    with_two_axes(model["log_prob"])
    scores = {"log_prob": np.zeros((5, 2), "float32")}
    with (
        server(lambda *_: scores, model=model) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match=r"must be numbers of shape \(5,\)"),
    ):
        client.score(EVENTS)


def test_an_axis_that_is_not_described_may_be_any(server):
    model = definitions()
    without_axes(model["log_prob"])
    with server(model=model) as host, Client(host, "bits") as client:
        assert client.score(EVENTS).shape == (5,)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("INVALID_ARGUMENT", RequestError),
        ("PERMISSION_DENIED", RequestError),
        ("NOT_FOUND", RequestError),
        ("INTERNAL", AnswerError),
        ("UNIMPLEMENTED", AnswerError),
        ("UNAVAILABLE", UnavailableError),
        ("DEADLINE_EXCEEDED", DeadlineError),
    ],
)
def test_every_status_is_an_error_of_the_family(code, error):
    status = grpc.StatusCode[code]
    with (
        scripted_servers.grpc_server(lambda *_: status) as host,
        Client(host, "bits", num_retries=0) as client,
        pytest.raises(error) as raised,
    ):
        client.score(EVENTS)
    assert isinstance(raised.value, ClientError)


def test_a_large_message_is_not_read():
    with (
        scripted_servers.grpc_server() as host,
        Client(host, "bits", max_answer_bytes=5000) as client,
    ):
        events = np.zeros((2000, 3), "uint8")
        assert client.score(events).shape == (2000,)
        client._chunk_size = 2000
        with pytest.raises(AnswerError, match="max_answer_bytes=5000"):
            client.score(events)


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
        client.score(EVENTS)
    assert paths == [
        f"/prefix/v1/models/{path}/metadata",
        f"/prefix/v1/models/{path}:predict",
    ]


def test_tls_is_spoken_with_the_certificates_that_are_given(server):
    with server(tls=True) as host:
        with Client(host, "bits", ca=CERTIFICATE) as client:
            assert client.score(EVENTS).shape == (5,)
        with (
            Client(host, "bits", num_retries=0) as client,
            pytest.raises(UnavailableError),
        ):
            client.score(EVENTS)
