"""Dense layer with the masks of MADE."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.layers import MaskedDense

IN_DEGREES = [[1, 2, 3, 4], [3, 1, 4, 2]]
OUT_DEGREES = [[2, 1, 3], [0, 3, 2]]


@pytest.fixture(params=[False, True], ids=["inclusive", "exclusive"])
def exclusive(request):
    return request.param


@pytest.fixture
def layer(exclusive, rng):
    layer = MaskedDense(IN_DEGREES, OUT_DEGREES, exclusive=exclusive)
    layer.build((None, 4))
    layer.kernel.assign(rng.normal(size=(4, 3)))
    layer.bias.assign(rng.normal(size=3))
    return layer


def allowed(exclusive, member):
    return np.array(
        [
            [m > n if exclusive else m >= n for m in OUT_DEGREES[member]]
            for n in IN_DEGREES[member]
        ]
    )


@pytest.mark.parametrize("member", [0, 1])
def test_an_output_is_a_sum_over_what_it_may_see(layer, exclusive, member, rng):
    inputs = rng.normal(size=(5, 4)).astype("float32")
    kernel = np.where(allowed(exclusive, member), layer.kernel, 0.0)
    np.testing.assert_array_equal(
        layer.mask(member), allowed(exclusive, member)
    )
    for index in (member, tf.constant(member)):
        np.testing.assert_allclose(
            layer(inputs, member=index),
            inputs @ kernel + layer.bias.numpy(),
            rtol=1e-5,
            atol=1e-6,
        )
        np.testing.assert_array_equal(layer.masked_kernel(index), kernel)


def test_gradients_of_forbidden_entries_are_zero(layer, exclusive, rng):
    inputs = rng.normal(size=(5, 4)).astype("float32")
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(inputs) ** 2)
    gradient = tape.gradient(loss, layer.kernel)
    np.testing.assert_array_equal(gradient != 0.0, allowed(exclusive, 0))


def test_values_of_forbidden_entries_are_irrelevant(layer, exclusive, rng):
    inputs = rng.normal(size=(5, 4)).astype("float32")
    before = layer(inputs)
    forbidden = np.where(allowed(exclusive, 0), 0.0, 1e6)
    layer.kernel.assign_add(forbidden)
    np.testing.assert_array_equal(layer(inputs), before)


def test_the_mask_follows_the_weights_in_any_copy(layer, exclusive, rng):
    inputs = rng.normal(size=(5, 4)).astype("float32")
    copy = MaskedDense.from_config(layer.get_config())
    copy.build((None, 4))
    copy.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    changed = inputs.copy()
    changed[:, 1] += 1.0
    depends = np.any(copy(inputs) != copy(changed), axis=0)
    np.testing.assert_array_equal(depends, allowed(exclusive, 0)[1])


def test_the_configuration_makes_the_layer_again(layer, exclusive):
    config = layer.get_config()
    again = MaskedDense.from_config(config)
    assert again.get_config() == config
    assert again.units == 3
    np.testing.assert_array_equal(again.mask(1), allowed(exclusive, 1))


def test_bias_and_initializers_are_optional(rng):
    layer = MaskedDense(
        [[1, 2]],
        [[1, 2]],
        use_bias=False,
        kernel_initializer="ones",
    )
    np.testing.assert_array_equal(layer(np.ones((1, 2))), [[1.0, 2.0]])
    assert layer.bias is None
    layer = MaskedDense([[1]], [[1]], bias_initializer="ones")
    layer.build((None, 1))
    np.testing.assert_array_equal(layer.bias, [1.0])


def test_the_initial_scale_makes_up_for_the_mask(seed):
    # Half of the entries act, and the variance of the outputs must not halve.
    width = 400
    degrees = np.random.default_rng(seed).integers(1, 100, (1, width))
    layer = MaskedDense(degrees, degrees)
    inputs = np.random.default_rng(seed).normal(size=(200, width))
    outputs = layer(inputs.astype("float32"))
    # He's scaling gives variance 2 for inputs of variance 1, on average.
    np.testing.assert_allclose(np.var(outputs), 2.0, rtol=0.2)


def test_computes_in_the_compute_dtype():
    layer = MaskedDense([[1]], [[1]], dtype="mixed_bfloat16")
    assert layer(np.ones((1, 1), "float32")).dtype == tf.bfloat16
    assert layer.kernel.dtype == "float32"


@pytest.mark.parametrize(
    ("below", "above"),
    [([1, 2], [1, 2]), ([[1, 2]], [[1], [2]]), ([[[1]]], [[1]])],
)
def test_degrees_are_matrices_with_a_row_for_each_member(below, above):
    with pytest.raises(ValueError, match=r"`in_degrees`.*\[E, I\]"):
        MaskedDense(below, above)


def test_inputs_have_a_feature_for_each_degree():
    layer = MaskedDense([[1, 2]], [[1]])
    with pytest.raises(ValueError, match=r"2 features.*\(1, 3\)"):
        layer(np.ones((1, 3)))


def test_it_is_saved_with_its_weights(layer, tmp_path, rng):
    inputs = keras.Input([4])
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = rng.normal(size=(3, 4)).astype("float32")
    np.testing.assert_array_equal(model(x), again(x))
