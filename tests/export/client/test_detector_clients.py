"""Many clients of one served detector at once."""

import concurrent.futures
import os
import time

import numpy as np
import pytest

pytest.importorskip("tensorflow_serving", reason="needs .[serving]")

from export import Client
from tests.export.serving_double import ServedModel
from tests.export.serving_double import grpc_server
from tests.export.serving_double import rest_server
from tf_autoregressive import anomaly

NUM_CLIENTS = 64
# SOAK_SECONDS=30 python -m pytest --run-slow ... asks for longer.
SECONDS = float(os.environ.get("SOAK_SECONDS", "2"))


class Expected:
    """What Python answers on some sequences, and a check of a client's answers.

    Args:
        detector: A calibrated detector of sequences.
        x: Sequences.
    """

    def __init__(self, detector, x):
        self.calibration = detector.calibration
        self.x = x
        self.scores = detector.score(x)
        self.surprise = detector.explain(x)
        self.log_prob = detector.model.log_prob(x).numpy()
        stream = anomaly.SurpriseStream(detector.model, len(x))
        self.streamed = stream.observe(x)

    def check(self, client, rows):
        """Asks for alarms, surprises, scores and streams of these rows."""
        x = self.x[rows]
        score, p_value, prediction = client.anomaly(x, 0.1)
        np.testing.assert_allclose(score, self.scores[rows], rtol=1e-4)
        np.testing.assert_array_equal(p_value, self.calibration.p_values(score))
        np.testing.assert_array_equal(prediction < 0, p_value <= 0.1)
        close = {"rtol": 1e-4, "atol": 1e-5}
        np.testing.assert_allclose(
            client.surprise(x), self.surprise[rows], **close
        )
        np.testing.assert_allclose(
            client.log_prob(x), self.log_prob[rows], **close
        )
        stream = client.surprise_stream(len(x))
        found = [stream.observe(x[:, :2]), stream.observe(x[:, 2:])]
        np.testing.assert_allclose(
            np.concatenate(found, axis=1), self.streamed[rows], **close
        )


@pytest.mark.slow
@pytest.mark.parametrize("server", [grpc_server, rest_server])
def test_answers_to_many_clients_are_not_mixed(sequence_detector, server):
    detector, x, path = sequence_detector
    expected = Expected(detector, x)

    def ask_on(number):
        rng = np.random.default_rng(number)
        with Client(host, "sequences", timeout=60.0) as client:
            # Each answers at least once, because so many share few cores.
            while True:
                rows = rng.integers(0, len(x), 1 + number % 9)
                expected.check(client, rows)
                if time.monotonic() > end:
                    return

    with server(ServedModel("sequences", path)) as host:
        end = time.monotonic() + SECONDS
        with concurrent.futures.ThreadPoolExecutor(NUM_CLIENTS) as pool:
            # An error in any of them is raised here.
            list(pool.map(ask_on, range(NUM_CLIENTS)))
