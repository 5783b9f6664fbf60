"""The Row LSTM: its equations, its triangle, its first state."""

import keras
import numpy as np
import pytest

from tests.conformance import receptive_fields
from tests.layers import lstms
from tests.layers.convolutions import reached
from tf_autoregressive.layers import RowLSTM

MAPS = [(4, 5), (5, 4), (1, 3), (3, 1)]


@pytest.mark.parametrize("kernel_size", [1, 3, 5])
@pytest.mark.parametrize("size", MAPS, ids=str)
def test_outputs_follow_the_equations(size, kernel_size, rng):
    layer = lstms.make(RowLSTM, 3, 4, rng, kernel_size=kernel_size)
    x = rng.normal(size=(2, *size, 3)).astype("float32")
    expected = lstms.row_lstm(
        layer.input_to_state(x).numpy(),
        lstms.taps(layer.kernel.numpy()[0]),
        (layer.first_hidden.numpy()[0], layer.first_cell.numpy()[0]),
    )
    np.testing.assert_allclose(layer(x), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("num_colours", [1, 3])
@pytest.mark.parametrize("kernel_size", [3, 5])
@pytest.mark.parametrize("size", MAPS, ids=str)
def test_a_layer_sees_a_triangle(size, kernel_size, num_colours, rng):
    # A channel a colour, so that nodes of the map are channels of pixels.
    layer = lstms.make(
        RowLSTM,
        num_colours,
        num_colours,
        rng,
        num_colours=num_colours,
        kernel_size=kernel_size,
    )
    shape = (*size, num_colours)
    np.testing.assert_array_equal(
        reached(layer, shape, rng),
        receptive_fields.row_lstm(shape, kernel_size=kernel_size),
    )


def test_the_shift_is_added_to_the_gates(rng):
    layer = lstms.make(RowLSTM, 3, 2, rng)
    x = rng.normal(size=(2, 3, 4, 3)).astype("float32")
    shift = rng.normal(size=(2, 1, 1, 8)).astype("float32")
    np.testing.assert_allclose(
        layer(x, shift=shift),
        layer.recurrence(layer.input_to_state(x) + shift),
        rtol=1e-6,
    )


def test_states_stay_float32_in_mixed_precision(rng):
    layer = lstms.make(RowLSTM, 3, 4, rng, dtype="mixed_bfloat16")
    exact = lstms.make(RowLSTM, 3, 4, rng)
    exact.set_weights(layer.get_weights())
    x = rng.normal(size=(2, 6, 4, 3)).astype("float32")
    outputs = layer(x)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    np.testing.assert_allclose(
        keras.ops.cast(outputs, "float32"), exact(x), atol=0.05
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 2}, "`kernel_size` must be an odd"),
        ({"out_colours": [1, 0]}, "`out_colours` must be ascending"),
        ({"in_colours": [1, 0]}, "`in_colours` must be ascending"),
    ],
)
def test_arguments_are_checked(options, message):
    colours = {"in_colours": [0, 1], "out_colours": [0, 1]}
    with pytest.raises(ValueError, match=message):
        RowLSTM(**{**colours, **options})
