"""Served detectors: equal to Python, verified, asked by the client."""

import numpy as np
import pytest
import tensorflow as tf

import export
from tests.zoo import BY_NAME
from tf_autoregressive import anomaly

# What they share takes seconds: an export, or models that compile.
pytestmark = pytest.mark.slow


def detector_of(name, score, **options):
    """Returns a calibrated detector, fresh events and their contexts."""
    case = BY_NAME[name]
    model = case.build(0)
    labels = np.arange(160) % 3 if model.context.expected else None
    options_of_draw = {} if labels is None else {"context": labels}
    x = model.sample(160, seed=7, **options_of_draw).numpy()
    detector = anomaly.Detector(model, score, **options)
    parts = (None, None) if labels is None else (labels[:120], labels[120:])
    return detector.calibrate(x[:120], parts[0]), x[120:], parts[1]


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """A detector with a background, fresh events, and its export."""
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    background = BY_NAME["nade-categorical"].build(1)
    detector, x, _ = detector_of(
        "nade-categorical", "likelihood_ratio", background=background
    )
    path = tmp_path_factory.mktemp("models") / "detector"
    return (
        detector,
        x,
        export.export_model(detector.model, path, detector=detector),
    )


def test_answers_are_those_of_the_detector(served):
    detector, x, path = served
    loaded = tf.saved_model.load(path)
    events = tf.constant(x, tf.float32)
    rate = tf.constant(0.1, tf.float64)
    answer = loaded.signatures["anomaly"](events=events, false_alarm_rate=rate)
    np.testing.assert_allclose(answer["score"], detector.score(x), rtol=1e-4)
    expected = detector.calibration.p_values(answer["score"])
    np.testing.assert_array_equal(answer["p_value"], expected)
    predicted = np.where(answer["p_value"].numpy() <= 0.1, -1, 1)
    np.testing.assert_array_equal(answer["prediction"], predicted)
    surprise = loaded.signatures["surprise"](events=events)["surprise"]
    np.testing.assert_allclose(surprise, detector.explain(x), atol=1e-4)
    for wrong in (0.0, 1.0, 0.001, np.nan):
        with pytest.raises(tf.errors.OpError, match="at least 1 / 121"):
            loaded.signatures["anomaly"](
                events=events, false_alarm_rate=tf.constant(wrong, tf.float64)
            )


def test_an_export_with_a_detector_verifies(served, verify_here, capsys):
    assert verify_here(served[2])
    printed = capsys.readouterr().out
    assert "anomaly" in printed
    assert "surprise" in printed


@pytest.mark.parametrize("server", ["grpc", "rest"])
def test_the_client_asks_detectors(served, server):
    from tests.export import serving_double

    detector, x, path = served
    double = serving_double.ServedModel("detector", path)
    serve = getattr(serving_double, f"{server}_server")
    with (
        serve(double) as host,
        export.Client(host, "detector", chunk_size=7, timeout=20.0) as client,
    ):
        score, p_value, prediction = client.anomaly(x, 0.1)
        np.testing.assert_allclose(score, detector.score(x), rtol=1e-4)
        # Equal events score equally but for rounding, which decides ties.
        expected = detector.calibration.p_values(score)
        np.testing.assert_array_equal(p_value, expected)
        np.testing.assert_array_equal(
            prediction, np.where(p_value <= 0.1, -1, 1)
        )
        np.testing.assert_allclose(
            client.surprise(x), detector.explain(x), atol=1e-4
        )
        with pytest.raises(export.RequestError, match="at least 1 / 121"):
            client.anomaly(x, 1e-3)


def test_conditional_models_take_their_contexts():
    detector, x, context = detector_of("made-labels", "conditional_surprise")
    signatures = export.Signatures(detector.model, max_num_samples=4)
    graphs = export.AnomalySignatures(
        signatures, detector.model, detector
    ).concrete_functions()
    found = graphs["anomaly"](
        events=tf.constant(x, tf.float32),
        context=tf.constant(context, tf.int32),
        false_alarm_rate=tf.constant(0.05, tf.float64),
    )
    np.testing.assert_allclose(
        found["score"], detector.score(x, context), rtol=1e-4
    )


def test_detectors_that_cannot_be_served_are_refused(served, tmp_path):
    detector = served[0]
    model = detector.model

    def refused(message, other):
        with pytest.raises(ValueError, match=message):
            export.export_model(model, tmp_path / "model", detector=other)

    refused("not calibrated", anomaly.Detector(model))
    refused(
        "a score that a graph computes",
        anomaly.Detector(model, "input_complexity"),
    )
    refused(
        "must be one of the model",
        anomaly.Detector(BY_NAME["nade-categorical"].build(3)),
    )
