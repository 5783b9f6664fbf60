"""The running hidden layers of NADE and RNADE, against their equations."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.layers import NADEConditionals
from tf_autoregressive.layers import RescaledNADEConditionals

NUM_DIMS, UNITS, BATCH_SIZE = 5, 7, 4


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


ACTIVATIONS = {
    "sigmoid": sigmoid,
    "relu": lambda x: np.maximum(x, 0.0),
    "tanh": np.tanh,
}


def built(constructor, num_parameters, rng, **options):
    layer = constructor(UNITS, num_parameters, **options)
    layer.build((None, NUM_DIMS))
    for weight in layer.weights:
        weight.assign(rng.normal(size=weight.shape))
    return layer


@pytest.mark.parametrize("num_parameters", [1, 3])
@pytest.mark.parametrize("activation", sorted(ACTIVATIONS))
@pytest.mark.parametrize(
    "constructor", [NADEConditionals, RescaledNADEConditionals]
)
def test_outputs_are_those_of_the_equations(
    constructor, activation, num_parameters, rng
):
    layer = built(constructor, num_parameters, rng, activation=activation)
    x = rng.normal(size=(BATCH_SIZE, NUM_DIMS)).astype("float32")
    extra = rng.normal(size=(BATCH_SIZE, UNITS)).astype("float32")
    weights = {w.name: np.array(w, "float64") for w in layer.weights}
    for hidden_bias in (None, extra):
        outputs = layer(x, hidden_bias)
        assert outputs.shape == (BATCH_SIZE, NUM_DIMS, num_parameters)
        for i in range(NUM_DIMS):
            a = weights["hidden_bias"] + x[:, :i] @ weights["encoder"][:i]
            if hidden_bias is not None:
                a = a + hidden_bias
            a = a * weights.get("scale", np.ones(NUM_DIMS))[i]
            expected = (
                ACTIVATIONS[activation](a) @ weights["decoder"][i].T
                + weights["bias"][i]
            )
            np.testing.assert_allclose(
                outputs[:, i], expected, rtol=1e-4, atol=1e-5
            )


@pytest.mark.parametrize(
    "constructor", [NADEConditionals, RescaledNADEConditionals]
)
def test_step_and_observe_are_call(constructor, rng):
    layer = built(constructor, 2, rng)
    x = rng.normal(size=(BATCH_SIZE, NUM_DIMS)).astype("float32")
    expected = layer(x)
    rows = layer.rows()
    activation = layer.first_activation(BATCH_SIZE)
    for i in range(NUM_DIMS):
        row = {name: tensor[i] for name, tensor in rows.items()}
        np.testing.assert_allclose(
            layer.step(activation, row), expected[:, i], rtol=1e-5, atol=1e-6
        )
        activation = layer.observe(activation, row, x[:, i : i + 1])


def test_the_scale_starts_as_one_over_the_root_of_the_number_seen():
    layer = RescaledNADEConditionals(UNITS, 1)
    layer.build((None, 4))
    np.testing.assert_allclose(layer.scale, [1.0, 0.7071, 0.5774, 0.5], 1e-4)


@pytest.mark.parametrize(
    "constructor", [NADEConditionals, RescaledNADEConditionals]
)
def test_the_sum_stays_in_float32(constructor, rng):
    layer = built(constructor, 1, rng, dtype="mixed_bfloat16")
    x = np.ones((1, NUM_DIMS), "float32")
    assert layer(x).dtype == tf.float32


@pytest.mark.parametrize(
    "constructor", [NADEConditionals, RescaledNADEConditionals]
)
def test_the_configuration_makes_the_layer_again(constructor, tmp_path, rng):
    layer = built(constructor, 2, rng, activation="gelu")
    config = layer.get_config()
    assert constructor.from_config(config).get_config() == config
    inputs = keras.Input([NUM_DIMS])
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = rng.normal(size=(3, NUM_DIMS)).astype("float32")
    np.testing.assert_array_equal(model(x), again(x))


def test_widths_are_checked():
    with pytest.raises(ValueError, match=r"`units`.*units=0"):
        NADEConditionals(0, 1)


@pytest.mark.slow
def test_it_trains_under_xla(rng):
    layer = built(NADEConditionals, 1, rng)
    x = rng.normal(size=(BATCH_SIZE, NUM_DIMS)).astype("float32")

    def gradients(x):
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(tf.tanh(layer(x)))
        return tape.gradient(loss, [w.value for w in layer.weights])

    expected = gradients(tf.constant(x))
    actual = tf.function(gradients, jit_compile=True)(tf.constant(x))
    for one, other in zip(expected, actual, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
