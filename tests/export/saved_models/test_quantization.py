"""Weights stored in fewer bits: smaller, and measured."""

import json

import numpy as np
import pytest
import tensorflow as tf

from export import export_model
from export.saved_models.quantization import Change
from export.saved_models.quantization import stored_weights
from export.signatures.model_signatures import Signatures
from tests.zoo import BY_NAME
from tf_autoregressive.models import MADE

BITS = {"float16": 16, "int8": 8}


@pytest.fixture
def model(seed):
    return BY_NAME["made-vector"].build(seed)


def test_a_float16_has_eleven_bits(model):
    exact = model.get_weights()
    with stored_weights(model, "float16").in_model():
        for weight, value in zip(model.weights, exact, strict=True):
            error = 2**-11 if value.ndim > 1 else 0.0
            np.testing.assert_allclose(weight.numpy(), value, rtol=error)


def test_an_int8_is_within_half_a_step_of_its_column(model):
    exact = model.get_weights()
    with stored_weights(model, "int8").in_model():
        for weight, value in zip(model.weights, exact, strict=True):
            if value.ndim < 2:
                np.testing.assert_array_equal(weight.numpy(), value)
                continue
            step = np.abs(value).max(axis=0) / 127.0
            error = np.abs(weight.numpy() - value)
            assert (error <= 0.5001 * step).all()
            assert error.max() > 0.0


@pytest.mark.parametrize("quantize", BITS)
def test_the_model_has_its_own_weights_again(model, quantize):
    exact = model.get_weights()
    with (
        pytest.raises(KeyboardInterrupt),
        stored_weights(model, quantize).in_model(),
    ):
        raise KeyboardInterrupt
    for before, after in zip(exact, model.get_weights(), strict=True):
        np.testing.assert_array_equal(before, after)


@pytest.mark.parametrize("quantize", BITS)
def test_a_weight_of_zeros_stays_zero(model, quantize):
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    with stored_weights(model, quantize).in_model():
        for weight in model.get_weights():
            np.testing.assert_array_equal(weight, np.zeros_like(weight))


@pytest.mark.parametrize("quantize", BITS)
def test_graphs_hold_the_stored_weights_alone(model, quantize, rng):
    case = BY_NAME["made-vector"]
    weights = stored_weights(model, quantize)
    signatures = Signatures(model, max_num_samples=9, weights=weights)
    x, context = case.batch(rng, 7)
    inputs = {
        "events": tf.constant(x, tf.float32),
        "context": tf.constant(context),
    }
    function = signatures.graph(
        signatures.log_prob,
        {name: tf.TensorSpec.from_tensor(t) for name, t in inputs.items()},
    )
    held = {id(variable) for variable in weights.variables}
    assert {id(v) for v in function.graph.variables} <= held
    stored = [v for v in weights.variables if v.shape.rank > 1]
    assert {8 * v.dtype.size for v in stored} == {BITS[quantize]}
    answer = function(**inputs)
    with weights.in_model():
        expected = model.log_prob(x, context).numpy()
    np.testing.assert_allclose(answer["log_prob"], expected, rtol=1e-6)
    assert np.abs(expected - model.log_prob(x, context)).max() > 1e-5


@pytest.mark.slow
def test_the_export_is_smaller_and_verified(tmp_path, capfd, verify_here):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    model = MADE((400,), units=(400,), direct=False)
    path = export_model(model, tmp_path / "made", quantize="int8")
    assert verify_here(path)
    assert "reference events changes by" in capfd.readouterr().out
    (values,) = (path / "variables").glob("*.data-*")
    bits = 8 * values.stat().st_size / model.count_params()
    assert 8 < bits < 8.8
    recorded = json.loads(
        (path / "assets.extra" / "quantization.json").read_text()
    )
    assert recorded["quantize"] == "int8"
    assert 0.0 < recorded["largest_nats_per_dim"] < 1e-3
    loaded = tf.saved_model.load(path)
    info = loaded.signatures["info"](request=tf.constant([0]))
    assert info["weights"].numpy() == [b"int8"]


@pytest.mark.slow
def test_a_change_beyond_tolerance_is_refused(model, tmp_path):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    with pytest.raises(ValueError, match="quantize_tolerance=1e-09"):
        export_model(
            model,
            tmp_path / "made",
            quantize="int8",
            quantize_tolerance=1e-9,
        )
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize("change", [0.02, np.nan, np.inf])
def test_what_is_beyond_tolerance(change):
    with pytest.raises(ValueError, match=r"quantize_tolerance=0\.01"):
        Change("int8", 4, 0.0, change, 0.01).checked()
    assert Change("int8", 4, 0.0, 0.01, 0.01).checked()


def test_another_quantization_is_refused(model):
    with pytest.raises(ValueError, match="quantize='int4'"):
        stored_weights(model, "int4")
