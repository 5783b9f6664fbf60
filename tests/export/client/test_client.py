"""The client, against a test double of the server."""

import concurrent.futures
import os
import time

import numpy as np
import pytest
import tensorflow as tf

pytest.importorskip("tensorflow_serving", reason="needs .[serving]")

from export import Client
from export import RequestError
from export import UnavailableError
from tests.export.serving_double import ServedModel
from tests.export.serving_double import grpc_server
from tests.export.serving_double import rest_server
from tests.zoo import BY_NAME

SERVERS = {"grpc": grpc_server, "rest": rest_server}


@pytest.fixture(scope="module")
def shared_served():
    return {}


@pytest.fixture
def served(fvsbn, shared_served):
    if "fvsbn" not in shared_served:
        shared_served["fvsbn"] = ServedModel("fvsbn", fvsbn.path)
    model = shared_served["fvsbn"]
    model.failures, model.pause = 0, 0.0
    return model


@pytest.fixture(params=SERVERS)
def host(request, served):
    with SERVERS[request.param](served) as address:
        yield address


@pytest.fixture
def client(host):
    with Client(host, "fvsbn", chunk_size=5, timeout=20.0) as client:
        yield client


def test_scores_are_those_of_the_model(client, fvsbn, rng):
    for count in (1, 5, 13):
        x = fvsbn.case.events(rng, count)
        np.testing.assert_allclose(
            client.log_prob(x), fvsbn.model.log_prob(x), rtol=1e-5
        )
        np.testing.assert_allclose(
            client.log_prob_per_dim(x),
            fvsbn.model.log_prob_per_dim(x),
            rtol=1e-5,
            atol=1e-6,
        )


def test_samples_are_those_of_the_model(client, fvsbn):
    for options in ({}, {"temperature": 0.5}, {"top_k": 1}, {"top_p": 0.6}):
        events, log_prob = client.sample(9, seed=-3, **options)
        expected = fvsbn.model.sample(
            9, seed=-3, return_log_prob=True, **options
        )
        np.testing.assert_array_equal(events, expected[0])
        np.testing.assert_allclose(log_prob, expected[1], rtol=1e-5, atol=1e-6)


def test_more_samples_than_a_request_may_ask_for_are_those_of_one(
    client, served, fvsbn, monkeypatch
):
    counts = []
    predict = served.predict

    def counted(request):
        if request.model_spec.signature_name == "sample":
            counts.append(tf.make_ndarray(request.inputs["num_samples"]))
        return predict(request)

    monkeypatch.setattr(served, "predict", counted)
    events, log_prob = client.sample(150, seed=7)
    assert counts == [64, 64, 22]
    expected = fvsbn.model.sample(150, seed=7, return_log_prob=True)
    np.testing.assert_array_equal(events, expected[0])
    np.testing.assert_allclose(log_prob, expected[1], rtol=1e-5, atol=1e-6)


def test_every_seed_has_its_sample(client, fvsbn):
    seeds = np.arange(-3, 67)
    events, log_prob = client.sample_seeds(seeds, min_p=0.1)
    assert events.shape[0] == log_prob.shape[0] == 70
    for row in (0, 63, 64, 69):
        np.testing.assert_array_equal(
            events[row], fvsbn.model.sample(1, seed=seeds[row], min_p=0.1)[0]
        )


def test_completions_are_those_of_the_model(client, fvsbn, rng):
    x = fvsbn.case.events(rng, 7)
    known = rng.integers(0, 2, x.shape).astype(bool)
    np.testing.assert_array_equal(
        client.complete(x, known, seed=4),
        fvsbn.model.complete(x, known, seed=4),
    )


def test_info_is_plain(client):
    info = client.info()
    assert info["model"] == "FVSBN"
    assert info["event_shape"] == [2, 3, 1]
    assert info["max_num_samples"] == 64
    assert info["result"] == {"test": {"nats": 1.5}}


@pytest.mark.slow
@pytest.mark.parametrize("case", [BY_NAME["fvsbn-labels"]], ids=repr)
@pytest.mark.parametrize("server", SERVERS.values())
def test_contexts_are_sent(server, exported, rng):
    x, context = exported.case.batch(rng, 7)
    name = exported.path.parent.name
    served = ServedModel(name, exported.path)
    with server(served) as host, Client(host, name, chunk_size=3) as client:
        np.testing.assert_allclose(
            client.log_prob(x, context),
            exported.model.log_prob(x, context),
            rtol=1e-5,
        )
        np.testing.assert_array_equal(
            client.sample(4, seed=1, context=[2])[0],
            exported.model.sample(4, seed=1, context=2),
        )
        labels = np.arange(70) % 3
        np.testing.assert_array_equal(
            client.sample(70, seed=1, context=labels)[0],
            exported.model.sample(70, seed=1, context=labels),
        )
        with pytest.raises(RequestError, match="`context` must have shape"):
            client.sample(4, seed=1, context=2)
        with pytest.raises(RequestError, match="`context` is missing"):
            client.log_prob(x)
        with pytest.raises(RequestError, match=r"`context`.*from 0.5 to 0.5"):
            client.log_prob(x, np.full(7, 0.5))


EVENTS = np.zeros((3, 2, 3, 1), "uint8")


@pytest.mark.parametrize(
    ("method", "arguments", "options", "message"),
    [
        ("log_prob", [EVENTS + 2], {}, "`events` must hold integers in"),
        ("log_prob", [EVENTS + np.nan], {}, "`events` must hold integers in"),
        ("log_prob", [EVENTS[:, 0]], {}, "`events` must have shape"),
        ("log_prob", [EVENTS[:0]], {}, "`events` must have shape"),
        ("log_prob", [EVENTS, [0]], {}, "`context` is not offered"),
        ("log_prob", ["text"], {}, "`events` must be float32"),
        ("sample", [0], {"seed": 0}, "`num_samples` must be at least 1"),
        ("sample_seeds", [[]], {}, "`seeds` must have shape"),
        ("sample", [1.5], {"seed": 0}, "`num_samples` must hold values of"),
        ("sample", [2], {"seed": 2**64}, "`seed` must be int64"),
        ("sample", [2], {"seed": None}, "`seed` is missing"),
        ("complete", [EVENTS, EVENTS[0] == 0], {"seed": 0}, "`known` must"),
        ("complete", [EVENTS, EVENTS + 2], {"seed": 0}, "`known` must hold"),
    ],
)
def test_the_error_names_the_field(client, method, arguments, options, message):
    with pytest.raises(RequestError, match=message):
        getattr(client, method)(*arguments, **options)
    assert client.log_prob(EVENTS).shape == (3,)


def test_a_server_that_is_not_ready_is_asked_again(host, served):
    with Client(host, "fvsbn", num_retries=3) as client:
        served.failures = 2
        assert client.log_prob(EVENTS).shape == (3,)


@pytest.mark.parametrize("host", ["localhost:1", "http://localhost:1"])
def test_no_server_is_an_error(host):
    with (
        Client(host, "fvsbn", num_retries=1) as client,
        pytest.raises(UnavailableError),
    ):
        client.log_prob(EVENTS)


def test_an_answer_that_takes_too_long_is_an_error(host, served):
    served.pause = 1.5
    with (
        Client(host, "fvsbn", timeout=0.5) as client,
        pytest.raises(TimeoutError),
    ):
        client.log_prob(EVENTS)
    with Client(host, "fvsbn", timeout=60.0) as client:
        assert client.log_prob(EVENTS).shape == (3,)


@pytest.mark.parametrize(
    "options", [{"chunk_size": 0}, {"num_retries": -1}], ids=repr
)
def test_a_bad_option_is_named(options):
    (name,) = options
    with pytest.raises(ValueError, match=f"{name}={options[name]}"):
        Client("localhost:1", "fvsbn", **options)


NUM_CLIENTS = 64
# SOAK_SECONDS=30 python -m pytest --run-slow ... asks for longer.
SECONDS = float(os.environ.get("SOAK_SECONDS", "5"))


@pytest.mark.slow
def test_answers_to_many_clients_are_not_mixed(host, fvsbn):
    events = fvsbn.case.states()
    scores = fvsbn.model.log_prob(events).numpy()
    samples = fvsbn.model.sample(64, seed=0).numpy()

    def ask_on(number):
        rng = np.random.default_rng(number)
        with Client(host, "fvsbn", timeout=60.0) as client:
            # Each answers at least once, because so many share few cores.
            while True:
                chosen = rng.integers(0, len(events), 1 + number % 9)
                np.testing.assert_allclose(
                    client.log_prob(events[chosen]), scores[chosen], rtol=1e-5
                )
                size = 1 + number
                drawn, _ = client.sample(size, seed=0)
                np.testing.assert_array_equal(drawn, samples[:size])
                if time.monotonic() > end:
                    return

    end = time.monotonic() + SECONDS
    with concurrent.futures.ThreadPoolExecutor(NUM_CLIENTS) as pool:
        # An error in any of them is raised here.
        list(pool.map(ask_on, range(NUM_CLIENTS)))
