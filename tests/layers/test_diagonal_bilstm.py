"""The Diagonal BiLSTM: its equations, all earlier pixels and none later."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance import receptive_fields
from tests.fuzz.driver import Memory
from tests.layers import lstms
from tests.layers.convolutions import reached
from tests.layers.test_row_lstm import MAPS
from tf_autoregressive.layers import DiagonalBiLSTM
from tf_autoregressive.layers.raster.diagonal_bilstm import skewed
from tf_autoregressive.layers.raster.diagonal_bilstm import unskewed


@pytest.mark.parametrize("size", MAPS, ids=str)
def test_outputs_follow_the_equations(size, rng):
    layer = lstms.make(DiagonalBiLSTM, 3, 4, rng)
    x = rng.normal(size=(2, *size, 3)).astype("float32")
    expected = lstms.diagonal_bilstm(
        layer.input_to_state(x).numpy(),
        [np.split(kernel, 2) for kernel in layer.kernel.numpy()],
        list(
            zip(
                layer.first_hidden.numpy(),
                layer.first_cell.numpy(),
                strict=True,
            )
        ),
    )
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("num_colours", [1, 3])
@pytest.mark.parametrize("size", MAPS, ids=str)
def test_a_layer_sees_every_earlier_pixel_and_none_later(
    size, num_colours, rng
):
    layer = lstms.make(
        DiagonalBiLSTM, num_colours, num_colours, rng, num_colours=num_colours
    )
    shape = (*size, num_colours)
    row, column, colour = receptive_fields.differences(shape)
    earlier = (row > 0) | ((row == 0) & (column > 0))
    own = (row == 0) & (column == 0) & (colour >= 0)
    np.testing.assert_array_equal(reached(layer, shape, rng), earlier | own)


@pytest.mark.parametrize("size", MAPS, ids=str)
def test_rows_of_diagonals_are_pixels_or_zero(size, rng):
    height, width = size
    maps = rng.normal(size=(2, 3, height, width, 5)).astype("float32")
    diagonals = skewed(maps).numpy()
    assert diagonals.shape == (height + width - 1, 2, 3, height, 5)
    for n, r in np.ndindex(height + width - 1, height):
        expected = maps[:, :, r, n - r] if 0 <= n - r < width else 0.0
        np.testing.assert_array_equal(diagonals[n, :, :, r], expected + 0.0)
    np.testing.assert_array_equal(unskewed(diagonals, width), maps)


def test_a_new_layer_remembers():
    layer = DiagonalBiLSTM([0] * 3, [0] * 5)
    layer.build((None, 4, 6, 3))
    out, forget, new, candidate = np.split(
        layer.input_to_state.bias.numpy().reshape(2, -1), 4, axis=-1
    )
    np.testing.assert_array_equal(forget, np.ones([2, 5]))
    for biases in (out, new, candidate):
        np.testing.assert_array_equal(biases, np.zeros([2, 5]))


def test_a_tall_map_takes_no_memory_before_it_comes():
    layer = DiagonalBiLSTM([0], [0] * 4)
    layer.build((None, 10_000, 2, 1))
    before = Memory.now()
    maps = tf.TensorSpec([None, 10_000, 2, 1])
    tf.function(layer).get_concrete_function(maps)
    assert Memory.now().beyond(before) < 10**9
