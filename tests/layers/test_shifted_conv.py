"""A window that starts above and to the left of a pixel, on maps and pixels."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tf_autoregressive.layers import ShiftedConv2D

CHANNELS, FILTERS = 3, 4

# Kernel, above, left, stride. Some reach below the pixel or to its right.
WINDOWS = [
    ((1, 1), 0, 0, 1),
    ((3, 3), 1, 1, 1),
    ((4, 2), 1, 0, 1),
    ((3, 5), 2, 2, 1),
    ((2, 3), 1, 1, 1),
    ((2, 3), 1, 1, 2),
    # Strictly above.
    ((2, 3), 2, 1, 1),
    ((1, 3), 1, 1, 1),
    ((2, 2), 2, 0, 2),
    # No further right than the pixel.
    ((2, 2), 1, 1, 1),
    ((2, 2), 1, 1, 2),
    ((3, 2), 2, 1, 3),
    ((1, 3), 0, 2, 1),
    # Strictly to the left.
    ((2, 1), 1, 1, 1),
    ((1, 2), 0, 2, 1),
]
OF_ROWS = [w for w in WINDOWS if w[1] >= w[0][0] - 1]
OF_PIXELS = [w for w in OF_ROWS if w[2] >= w[0][1] - 1 or w[1] >= w[0][0]]


def make(window, rng, **options):
    kernel_size, above, left, strides = window
    layer = ShiftedConv2D(
        FILTERS,
        kernel_size,
        above=above,
        left=left,
        strides=strides,
        **options,
    )
    layer.build((None, None, None, CHANNELS))
    randomise([layer], rng)
    return layer


def random_map(rng, height=4, width=5):
    return rng.normal(size=(2, height, width, CHANNELS)).astype("float32")


def check_map(window, rng, height, width):
    layer, x = make(window, rng), random_map(rng, height, width)
    _, above, left, strides = window
    expected = shifted(
        x, layer.kernel.numpy(), above=above, left=left, strides=strides
    )
    outputs = layer(x)
    assert outputs.shape == expected.shape
    np.testing.assert_allclose(
        outputs, expected + layer.bias.numpy(), rtol=1e-4, atol=1e-4
    )


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("size", [(5, 6), (2, 2)], ids=str)
def test_outputs_are_sums_over_the_window(window, size, rng):
    check_map(window, rng, *size)


@pytest.mark.parametrize("window", WINDOWS[:8], ids=str)
def test_a_map_may_be_a_pixel(window, rng):
    check_map(window, rng, 1, 1)


def with_zeros_before(x, window):
    """Returns the map with as many rows and columns as the window looks back.

    Row `r` of the map is row `r + above` here, from which on the window's.
    """
    _, above, left, _ = window
    return np.pad(x, [[0, 0], [above, 0], [left, 0], [0, 0]])


@pytest.mark.parametrize("window", OF_ROWS, ids=str)
def test_rows_make_up_the_map(window, rng):
    layer, x = make(window, rng), random_map(rng)
    expected, strides = layer(x), layer.strides
    x = np.pad(x, [[0, 0], [layer.above, 0], [0, 0], [0, 0]])
    x = x.transpose(1, 2, 0, 3)
    for row in range(expected.shape[1]):
        first = strides * row
        outputs = layer.over_rows(
            list(x[first : first + layer.kernel_size[0]]),
            layer.effective_kernel(),
        )
        np.testing.assert_allclose(
            np.swapaxes(outputs, 0, 1) + layer.bias.numpy(),
            expected[:, row],
            rtol=1e-4,
            atol=1e-4,
        )


@pytest.mark.parametrize("window", OF_PIXELS, ids=str)
def test_rows_above_and_pixels_to_the_left_make_up_the_map(window, rng):
    layer, x = make(window, rng), random_map(rng)
    expected, strides = layer(x), layer.strides
    padded = with_zeros_before(x, window)
    num_pixels = layer.columns_left + layer.sees_own_pixel
    kernel = layer.pixel_kernel()
    assert kernel.shape == (num_pixels * CHANNELS, FILTERS)
    for row, column in np.ndindex(*expected.shape[1:3]):
        r, c = strides * row, strides * column
        outputs = layer.bias.numpy()
        if layer.rows_above:
            above = padded[:, r : r + layer.rows_above, layer.left :]
            outputs = (
                outputs
                + layer.over_rows(
                    list(above.transpose(1, 2, 0, 3)),
                    layer.effective_kernel()[: layer.rows_above],
                )[column]
            )
        pixels = padded[:, r + layer.above, c : c + num_pixels]
        np.testing.assert_allclose(
            outputs + pixels.reshape(2, -1) @ kernel,
            expected[:, row, column],
            rtol=1e-4,
            atol=1e-4,
        )


@pytest.mark.parametrize(
    ("window", "rows_above", "own_row", "own_pixel", "columns_left"),
    [
        (((1, 1), 0, 0, 1), 0, True, True, 0),
        (((2, 3), 1, 1, 1), 1, True, True, 1),
        (((2, 3), 2, 1, 1), 2, False, False, 0),
        (((1, 3), 1, 1, 1), 1, False, False, 0),
        (((2, 1), 1, 1, 1), 1, True, False, 1),
        (((2, 2), 1, 1, 2), 1, True, True, 1),
        (((2, 2), 2, 0, 1), 2, False, False, 0),
        (((1, 4), 0, 3, 1), 0, True, True, 3),
        (((1, 2), 0, 2, 1), 0, True, False, 2),
    ],
    ids=str,
)
def test_what_a_window_sees(
    window, rows_above, own_row, own_pixel, columns_left, rng
):
    layer = make(window, rng)
    assert layer.rows_above == rows_above
    assert layer.sees_own_row == own_row
    assert layer.sees_own_pixel == own_pixel
    assert layer.columns_left == columns_left


def test_all_filters_have_one_colour(rng):
    layer = make(WINDOWS[0], rng)
    outputs = rng.normal(size=(2, FILTERS))
    assert layer.of_colour(outputs, 0) is outputs


def test_no_weight_is_left_unused(rng):
    # Taps that are never seen are not part of the kernel.
    layer, x = make(((2, 3), 2, 1, 1), rng), random_map(rng)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    gradient = tape.gradient(loss, layer.kernel.value)
    assert np.all(gradient.numpy() != 0.0)


def test_the_bias_and_the_initializers_are_optional(rng):
    layer = ShiftedConv2D(
        1,
        (1, 2),
        above=0,
        left=1,
        use_bias=False,
        kernel_initializer="ones",
    )
    x = np.arange(1.0, 5.0, dtype="float32").reshape(1, 1, 4, 1)
    np.testing.assert_array_equal(np.ravel(layer(x)), [1.0, 3.0, 5.0, 7.0])
    assert layer.bias is None
    layer = ShiftedConv2D(2, (1, 1), above=0, left=0, bias_initializer="ones")
    np.testing.assert_array_equal(layer(0.0 * x), np.ones((1, 1, 4, 2)))


@pytest.mark.parametrize("window", [WINDOWS[3], WINDOWS[10]], ids=str)
def test_the_configuration_makes_the_layer_again(window, rng, tmp_path):
    layer = make(window, rng, kernel_initializer="he_normal", use_bias=False)
    config = layer.get_config()
    assert ShiftedConv2D.from_config(config).get_config() == config
    inputs = keras.Input([4, 5, CHANNELS])
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = random_map(rng)
    np.testing.assert_array_equal(model(x), again(x))


@pytest.mark.parametrize("argument", ["filters", "strides"])
def test_sizes_are_checked(argument):
    options = {"filters": 1, "strides": 1, argument: 0}
    with pytest.raises(ValueError, match=f"`{argument}`.*{argument}=0"):
        ShiftedConv2D(kernel_size=(1, 1), above=0, left=0, **options)


@pytest.mark.parametrize(
    ("kernel_size", "above", "left"),
    [
        ((1, 1), 2, 0),
        ((2, 2), 0, 3),
    ],
)
def test_windows_end_at_the_pixel_or_next_to_it(kernel_size, above, left):
    with pytest.raises(ValueError, match=f"above={above}, left={left}"):
        ShiftedConv2D(1, kernel_size, above=above, left=left)


@pytest.mark.parametrize("window", [WINDOWS[5], WINDOWS[6]], ids=str)
def test_computes_in_the_compute_dtype(window, rng):
    layer = make(window, rng, dtype="mixed_bfloat16")
    x = random_map(rng)
    outputs = layer(x)
    assert outputs.dtype == layer.effective_kernel().dtype == tf.bfloat16
    assert layer.kernel.dtype == layer.bias.dtype == "float32"
    exact = make(window, rng)
    exact.set_weights(layer.get_weights())
    np.testing.assert_allclose(
        tf.cast(outputs, tf.float32), exact(x), rtol=0.1, atol=0.2
    )
