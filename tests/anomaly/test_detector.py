"""Detectors: calibration, scikit-learn's conventions, files, bad input."""

import keras
import numpy as np
import pytest

from tests.zoo import BY_NAME
from tf_autoregressive import anomaly
from tf_autoregressive.models import FVSBN


@pytest.fixture(scope="module")
def model():
    return BY_NAME["nade-categorical"].build(0)


@pytest.fixture(scope="module")
def x(model):
    rng = np.random.default_rng(5)
    return rng.integers(0, model.num_levels, (120, *model.event_shape))


@pytest.fixture(scope="module")
def detector(model, x):
    return anomaly.Detector(model, false_alarm_rate=0.1).calibrate(x[:99])


def test_p_values_are_those_of_the_held_out_scores(detector, model, x):
    held_out, scores = -model.log_prob(x[:99]), -model.log_prob(x[99:])
    expected = anomaly.Calibration(held_out).p_values(scores)
    np.testing.assert_allclose(detector.p_value(x[99:]), expected, atol=0.011)


def test_predictions_are_decisions_at_the_rate(detector, x):
    p_value = detector.p_value(x)
    for rate in (0.01, 0.1, 0.3):
        found = detector.predict(x, false_alarm_rate=rate)
        np.testing.assert_array_equal(found, np.where(p_value <= rate, -1, 1))
    np.testing.assert_array_equal(detector.predict(x) == -1, p_value <= 0.1)
    decisions = detector.decision_function(x)
    np.testing.assert_array_equal(decisions < 0, p_value <= 0.1)
    np.testing.assert_array_equal(
        np.argsort(decisions, kind="stable"),
        np.argsort(detector.score_samples(x), kind="stable"),
    )


def test_contexts_are_a_part_of_the_score(rng):
    case = BY_NAME["made-labels"]
    x, labels = case.batch(rng, 40)
    detector = anomaly.Detector(case.build(0), batch_size=16)
    expected = -detector.model.log_prob(x, labels).numpy()
    np.testing.assert_allclose(detector.score(x, labels), expected, rtol=1e-5)
    fitted = detector.fit(x, labels)
    np.testing.assert_allclose(
        fitted.calibration.scores, np.sort(expected), rtol=1e-5
    )
    with pytest.raises(ValueError, match="`context`"):
        detector.score(x)
    with pytest.raises(ValueError, match="one context for each of 40"):
        detector.score(x, labels[:3])


def scores():
    yield "likelihood", {}
    yield (
        "likelihood_ratio",
        {"background": BY_NAME["nade-categorical"].build(1)},
    )
    yield "input_complexity", {}
    yield "typicality", {}
    yield "batch_typicality", {"num_events": 4}
    yield "conditional_surprise", {"window": 2}


def test_files_hold_models_and_calibration(model, x, tmp_path):
    path = tmp_path / "detector.keras"
    for name, options in scores():
        made = anomaly.Detector(model, name, batch_size=64, **options)
        made.calibrate(x).save(path)
        found = keras.saving.load_model(path, safe_mode=True)
        assert type(found) is anomaly.Detector
        np.testing.assert_array_equal(
            found.p_value(x[:8]), made.p_value(x[:8]), err_msg=name
        )
        assert found.batch_size == 64
    anomaly.Detector(model).save(path)
    with pytest.raises(ValueError, match="not calibrated"):
        keras.saving.load_model(path).p_value(x)
    with pytest.raises(ValueError, match="must end in"):
        made.save(tmp_path / "detector.h5")


def test_parameters_are_those_of_the_constructor(model, x):
    made = anomaly.Detector(model, "conditional_surprise", window=2)
    params = made.get_params()
    assert params == {
        "model": model,
        "score": "conditional_surprise",
        "window": 2,
        "false_alarm_rate": 0.01,
        "batch_size": 256,
    }
    made.calibrate(x).set_params(false_alarm_rate=0.2)
    assert made.false_alarm_rate == 0.2
    made.p_value(x[:2])
    made.set_params(window=1)
    with pytest.raises(ValueError, match="not calibrated"):
        made.p_value(x[:2])
    with pytest.raises(ValueError, match="`batch_size` must"):
        made.set_params(batch_size=0)


def test_it_is_the_last_step_of_a_pipeline(detector, model, x):
    sklearn = pytest.importorskip("sklearn", reason="needs scikit-learn")
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    upside_down = FunctionTransformer(lambda x: model.num_levels - 1 - x)
    pipeline = make_pipeline(upside_down, sklearn.clone(detector))
    flipped = model.num_levels - 1 - x
    pipeline.fit(flipped[:99])
    np.testing.assert_array_equal(
        pipeline.predict(flipped), detector.predict(x)
    )
    np.testing.assert_array_equal(
        pipeline.decision_function(flipped), detector.decision_function(x)
    )


def test_bad_input_is_refused_by_name(detector, model, x):
    def refused(message, function, *args, **options):
        with pytest.raises(ValueError, match=message):
            function(*args, **options)

    refused("at least 999 scores", detector.predict, x, false_alarm_rate=0.001)
    refused("not calibrated", anomaly.Detector(model).predict, x)
    refused("integers in", detector.score, x + 0.5)
    refused("integers in", detector.score, np.where(x == 0, np.nan, x))
    refused("must have shape", detector.score, x[:, :1])
    refused("at least one example", detector.score, x[:0])
    refused("single value", detector.score, 3)
    refused("more than 0 events", anomaly.Detector(model).calibrate, x[:0])
    refused(
        "`held_out` must",
        anomaly.Detector(model, "typicality").calibrate,
        x[:1],
    )
    refused(
        "`false_alarm_rate` must", anomaly.Detector, model, false_alarm_rate=2
    )
    broken = FVSBN(model.event_shape)
    broken.set_weights([np.full(w.shape, np.nan) for w in broken.get_weights()])
    refused("NaN for example 0", anomaly.Detector(broken).score, x % 2)
