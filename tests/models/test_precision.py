"""Models in float32, whatever they were trained in, as exports compute."""

import numpy as np
import pytest
import tensorflow as tf

from export import export_model
from tf_autoregressive.models import MADE
from tf_autoregressive.models.precision import in_float32


def test_weights_stay_and_rounding_goes():
    model = MADE((6,), units=(4,), dtype="mixed_bfloat16")
    exact = in_float32(model)
    assert {layer.compute_dtype for layer in exact._flatten_layers()} == {
        "float32"
    }
    for ours, theirs in zip(exact.weights, model.weights, strict=True):
        np.testing.assert_array_equal(ours.numpy(), theirs.numpy())
    assert in_float32(exact) is exact


@pytest.mark.slow
def test_the_export_of_a_model_in_bfloat16_computes_in_float32(tmp_path, seed):
    pytest.importorskip("tensorflow_serving", reason="needs .[serving]")
    model = MADE((20,), units=(30,), dtype="mixed_bfloat16")
    generator = np.random.default_rng(seed)
    for weight in model.trainable_variables:
        weight.assign(generator.normal(0.0, 2.0, weight.shape))
    path = export_model(model, tmp_path / "model")
    x = np.ones([1, 20], "float32")
    served = tf.saved_model.load(path).signatures["log_prob"](tf.constant(x))
    exact, rounded = (m.log_prob(x).numpy() for m in (in_float32(model), model))
    np.testing.assert_allclose(served["log_prob"], exact, rtol=1e-5)
    assert abs(exact - rounded) > 1e-3
