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
from export.client.connections import TimedSocket
from export.client.deadline import Deadline
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
    "log_prob": lambda client: client.log_prob(EVENTS),
    "log_prob_per_dim": lambda client: client.log_prob_per_dim(EVENTS),
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
        np.testing.assert_array_equal(client.log_prob(EVENTS), [-3.0] * 5)
        assert client.log_prob_per_dim(EVENTS).shape == (5, 3)
        events, log_prob = client.sample(9, seed=0)
        assert events.shape == (9, 3)
        assert log_prob.shape == (9,)
        assert client.complete(EVENTS, EVENTS == 0, seed=0).shape == (5, 3)
        assert client.info()["max_num_samples"] == 4


WRONG = [
    ("log_prob", {"log_prob": lambda a: a[:3]}, r"shape \[5\]. Received"),
    ("log_prob", {"log_prob": lambda a: a[:, None]}, r"shape \[5\]. Received"),
    (
        "log_prob",
        {"log_prob": with_value(np.nan)},
        r"finite. Received: nan at \[",
    ),
    (
        "log_prob",
        {"log_prob": with_value(np.inf)},
        r"finite. Received: inf at \[",
    ),
    ("log_prob_per_dim", {"log_prob_per_dim": with_value(-np.inf)}, "finite"),
    ("log_prob_per_dim", {"log_prob_per_dim": lambda a: a[:, :2]}, r"\[5, 3\]"),
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
        # One value that is repeated would fill all memory.
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
        client.log_prob(EVENTS)


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
        client.log_prob(EVENTS)


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
        client.log_prob(EVENTS)


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
        client.log_prob(EVENTS)


def test_all_parts_of_a_call_count_against_the_time(server):
    def slow(signature, inputs):
        time.sleep(0.1)
        return honest(signature, inputs)

    with (
        server(slow) as host,
        Client(host, "bits", timeout=0.5, chunk_size=1) as client,
        pytest.raises(DeadlineError),
    ):
        client.log_prob(np.zeros((100, 3), "uint8"))


def test_one_version_answers_all_parts_of_a_call(server):
    asked = []

    def version():
        # The version is replaced after two parts were answered.
        return 1 + (len(asked) >= 2)

    def answer(signature, inputs):
        scores = np.full(len(inputs["events"]), -float(version()), "float32")
        asked.append(version())
        return {"log_prob": scores}

    with (
        server(answer, version=version) as host,
        Client(host, "bits", chunk_size=2) as client,
    ):
        scores = client.log_prob(np.zeros((8, 3), "uint8"))
    np.testing.assert_array_equal(scores, [-2.0] * 8)
    assert asked == [1, 1, 2, 2, 2, 2]


def test_a_version_that_never_stays_is_an_error(server):
    versions = itertools.count(1)
    with (
        server(version=lambda: next(versions)) as host,
        Client(host, "bits", chunk_size=1, num_retries=2) as client,
        pytest.raises(RequestError, match="not found"),
    ):
        client.log_prob(EVENTS)


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
        client.log_prob(EVENTS)


DTYPES = [
    ("log_prob", "outputs", "log_prob", tf.int32),
    ("log_prob", "outputs", "log_prob", tf.bfloat16),
    ("log_prob", "outputs", "log_prob", tf.string),
    ("log_prob", "inputs", "events", tf.bool),
    ("log_prob", "inputs", "events", tf.int8),
    ("log_prob_per_dim", "outputs", "log_prob_per_dim", tf.float16),
    ("sample", "inputs", "seed", tf.int32),
    ("sample", "inputs", "temperature", tf.int64),
    ("sample", "outputs", "events", tf.bool),
    ("sample_seeds", "inputs", "seeds", tf.uint8),
    ("complete", "inputs", "known", tf.float32),
]


@pytest.mark.parametrize(("method", "side", "name", "dtype"), DTYPES)
def test_a_tensor_of_another_dtype_is_not_believed(
    server, method, side, name, dtype
):
    model = definitions()
    getattr(model[method], side)[name].dtype = dtype.as_datatype_enum
    asked = []

    def answer(signature, inputs):
        asked.append(signature)
        return honest(signature, inputs)

    message = f"`{name}` of dtype .* describes {dtype.name}"
    with (
        server(answer, model=model) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match=message),
    ):
        ASK[method](client)
    assert method not in asked


def test_a_model_with_right_dtypes_may_take_the_place_of_another(server):
    model = definitions()
    output = model["log_prob"].outputs["log_prob"]
    right, output.dtype = output.dtype, tf.int32.as_datatype_enum
    with server(model=model) as host, Client(host, "bits") as client:
        with pytest.raises(AnswerError, match="of dtype float32 or float64"):
            client.log_prob(EVENTS)
        output.dtype = right
        assert client.log_prob(EVENTS).shape == (5,)


def test_an_answer_that_fits_another_description_is_not_taken(server):
    model = definitions()
    with_two_axes(model["log_prob"])
    scores = {"log_prob": np.zeros((5, 2), "float32")}
    with (
        server(lambda *_: scores, model=model) as host,
        Client(host, "bits") as client,
        pytest.raises(AnswerError, match=r"must be numbers of shape \(5,\)"),
    ):
        client.log_prob(EVENTS)


def test_an_axis_that_is_not_described_may_be_any(server):
    model = definitions()
    without_axes(model["log_prob"])
    with server(model=model) as host, Client(host, "bits") as client:
        assert client.log_prob(EVENTS).shape == (5,)


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
        client.log_prob(EVENTS)
    assert isinstance(raised.value, ClientError)


def test_a_large_message_is_not_read():
    with (
        scripted_servers.grpc_server() as host,
        Client(host, "bits", max_answer_bytes=5000) as client,
    ):
        events = np.zeros((2000, 3), "uint8")
        assert client.log_prob(events).shape == (2000,)
        client._chunk_size = 2000
        with pytest.raises(AnswerError, match="max_answer_bytes=5000"):
            client.log_prob(events)


def test_tls_is_spoken_with_the_certificates_that_are_given(server):
    with server(tls=True) as host:
        with Client(host, "bits", ca=CERTIFICATE) as client:
            assert client.log_prob(EVENTS).shape == (5,)
        with (
            Client(host, "bits", num_retries=0) as client,
            pytest.raises(UnavailableError),
        ):
            client.log_prob(EVENTS)
