"""Weight normalisation, what it starts from, and the layers that have it."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.convolutions import normalised
from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tests.layers.convolutions import upsampled
from tf_autoregressive.layers import NormedConv2D
from tf_autoregressive.layers import UpsamplingConv2D

CHANNELS, FILTERS = 3, 4


def conv(**options):
    return NormedConv2D(FILTERS, (2, 3), above=1, left=1, **options)


def strided_conv(**options):
    return conv(strides=2, **options)


def upsampling(**options):
    return UpsamplingConv2D(FILTERS, 2, **options)


def wide_upsampling(**options):
    return UpsamplingConv2D(FILTERS, 3, **options)


LAYERS = [conv, strided_conv, upsampling, wide_upsampling]


def random_layer(make, rng, **options):
    layer = make(**options)
    layer.build((None, None, None, CHANNELS))
    randomise([layer], rng)
    return layer


def random_map(rng, batch_size=2, height=4, width=6):
    x = rng.normal(size=(batch_size, height, width, CHANNELS))
    return x.astype("float32")


def expected_outputs(layer, x):
    if isinstance(layer, UpsamplingConv2D):
        outputs = upsampled(x, normalised(layer))
    else:
        outputs = shifted(
            x, normalised(layer), above=1, left=1, strides=layer.strides
        )
    return outputs + layer.bias.numpy()


@pytest.mark.parametrize("make", LAYERS)
def test_outputs_are_those_of_the_equations(make, rng):
    layer, x = random_layer(make, rng), random_map(rng)
    outputs, expected = layer(x), expected_outputs(layer, x)
    assert outputs.shape == expected.shape
    np.testing.assert_allclose(outputs, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("make", LAYERS)
def test_the_norm_of_a_filter_is_its_scale(make, rng):
    layer = random_layer(make, rng)
    norms = np.linalg.norm(
        np.reshape(layer.effective_kernel(), (-1, FILTERS)), axis=0
    )
    np.testing.assert_allclose(norms, np.abs(layer.scale), rtol=1e-5)


@pytest.mark.parametrize("make", LAYERS)
def test_the_length_of_a_direction_is_irrelevant(make, rng):
    layer, x = random_layer(make, rng), random_map(rng)
    before = layer(x)
    # Each filter has a factor of its own.
    layer.kernel.assign(layer.kernel * np.array([4.0, 0.5, 100.0, 1.0]))
    np.testing.assert_allclose(layer(x), before, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("make", LAYERS)
def test_gradients_are_orthogonal_to_directions(make, rng):
    layer, x = random_layer(make, rng), random_map(rng)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 3)
    gradient = tape.gradient(loss, layer.kernel.value)
    along = np.sum(gradient * layer.kernel, axis=(0, 1, 2))
    size = np.sum(np.abs(gradient * layer.kernel), axis=(0, 1, 2))
    np.testing.assert_array_less(np.abs(along), 1e-4 * size)


@pytest.mark.parametrize("init_scale", [1.0, 0.1])
@pytest.mark.parametrize("make", LAYERS)
def test_initialised_outputs_have_mean_0_and_the_given_deviation(
    make, init_scale, rng
):
    layer = random_layer(make, rng, init_scale=init_scale)
    x = 3.0 * random_map(rng, 20) + 1.0
    layer.initialise(x)
    outputs = layer(x)
    np.testing.assert_allclose(
        np.mean(outputs, axis=(0, 1, 2)), 0.0, atol=1e-4 * init_scale
    )
    np.testing.assert_allclose(
        np.std(outputs, axis=(0, 1, 2)), init_scale, rtol=1e-4
    )


def test_initialised_outputs_have_the_mean_of_the_bias_initializer(rng):
    layer = random_layer(
        conv,
        rng,
        init_scale=0.1,
        bias_initializer=keras.initializers.Constant(0.7),
    )
    x = random_map(rng, 20)
    layer.initialise(x)
    outputs = layer(x)
    np.testing.assert_allclose(np.mean(outputs, axis=(0, 1, 2)), 0.7, rtol=1e-4)
    np.testing.assert_allclose(np.std(outputs, axis=(0, 1, 2)), 0.1, rtol=1e-4)


@pytest.mark.parametrize("make", LAYERS)
def test_initialising_again_changes_nothing(make, rng):
    # It starts anew, whatever scale and bias were.
    layer, x = random_layer(make, rng), random_map(rng, 20)
    layer.initialise(x)
    direction, *once = [np.array(w) for w in layer.weights]
    layer.initialise(x)
    np.testing.assert_array_equal(layer.weights[0], direction)
    for one, other in zip(once, layer.weights[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_a_new_layer_has_unit_norms_and_no_bias():
    layer = conv()
    layer.build((None, None, None, CHANNELS))
    np.testing.assert_array_equal(layer.scale, np.ones(FILTERS))
    np.testing.assert_array_equal(layer.bias, np.zeros(FILTERS))
    # The direction is random: zeros have no norm.
    assert np.all(np.std(layer.kernel, axis=(0, 1, 2)) > 0.0)


def test_filters_that_are_zero_do_not_make_nan(rng):
    layer = random_layer(conv, rng)
    layer.kernel.assign(0.0 * layer.kernel)
    assert np.isfinite(layer(random_map(rng))).all()


@pytest.mark.parametrize("kernel_width", [2, 3])
def test_upsampled_rows_are_those_of_the_map(kernel_width, rng):
    layer = random_layer(lambda: UpsamplingConv2D(FILTERS, kernel_width), rng)
    x = random_map(rng)
    expected = layer(x)
    for row in range(4):
        rows = layer.over_row(tf.constant(x[:, row].swapaxes(0, 1)))
        assert len(rows) == 2
        for offset in range(2):
            np.testing.assert_allclose(
                np.swapaxes(rows[offset], 0, 1),
                expected[:, 2 * row + offset],
                rtol=1e-5,
                atol=1e-5,
            )


def test_upsampled_pixels_are_those_of_the_map(rng):
    layer, x = random_layer(upsampling, rng), random_map(rng)
    expected = layer(x)
    for row, column in np.ndindex(4, 6):
        rows = layer.over_pixel(x[:, row, column])
        for r, c in np.ndindex(2, 2):
            np.testing.assert_allclose(
                rows[r][c],
                expected[:, 2 * row + r, 2 * column + c],
                rtol=1e-5,
                atol=1e-5,
            )


@pytest.mark.parametrize(
    ("kernel_width", "seen"), [(2, [4, 5]), (3, [3, 4, 5])]
)
def test_an_input_reaches_its_own_two_rows_alone(kernel_width, seen, rng):
    layer = random_layer(lambda: UpsamplingConv2D(FILTERS, kernel_width), rng)
    x = random_map(rng)
    changed = x.copy()
    changed[:, 1, 2] += 1.0
    rows, columns = np.nonzero(np.any(layer(changed) != layer(x), axis=(0, 3)))
    assert sorted(set(rows)) == [2, 3]
    assert sorted(set(columns)) == seen


@pytest.mark.parametrize("kernel_width", [1, 4])
def test_widths_are_checked(kernel_width):
    with pytest.raises(ValueError, match=f"`kernel_width`.*={kernel_width}"):
        UpsamplingConv2D(FILTERS, kernel_width)


@pytest.mark.parametrize("make", LAYERS)
def test_the_configuration_makes_the_layer_again(make, rng, tmp_path):
    layer = random_layer(make, rng, init_scale=0.3, name="mine")
    config = layer.get_config()
    again = type(layer).from_config(config)
    assert again.get_config() == config
    assert again.init_scale == 0.3
    inputs = keras.Input([4, 6, CHANNELS])
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    x = random_map(rng)
    np.testing.assert_array_equal(model(x), loaded(x))


@pytest.mark.parametrize("make", LAYERS)
def test_computes_in_the_compute_dtype(make, rng):
    layer, x = random_layer(make, rng, dtype="mixed_bfloat16"), random_map(rng)
    outputs = layer(x)
    assert outputs.dtype == layer.effective_kernel().dtype == tf.bfloat16
    assert {w.dtype for w in layer.weights} == {"float32"}
    np.testing.assert_allclose(
        tf.cast(outputs, tf.float32), expected_outputs(layer, x), 0.1, 0.1
    )
    layer.initialise(random_map(rng, 20))
    assert all(np.isfinite(w).all() for w in layer.weights)
