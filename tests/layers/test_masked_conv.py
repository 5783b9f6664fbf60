"""The masks of PixelCNN: what a filter sees, in numbers and in gradients."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.convolutions import masked
from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tf_autoregressive.layers import MaskedConv2D

# Numbers of channels that the numbers of colours do not divide.
ONE_COLOUR = ([0] * 3, [0] * 4)
TWO_COLOURS = ([0, 0, 1], [0, 0, 0, 1, 1])
THREE_COLOURS = ([0, 0, 1, 1, 2], [0, 1, 2, 2])
# As halves that a gate splits.
TWO_HALVES = ([0, 1, 2], [0, 0, 1, 2, 0, 0, 1, 2])
LAYERS = [
    (ONE_COLOUR, (3, 3), False),
    (ONE_COLOUR, (1, 3), True),
    (TWO_COLOURS, (1, 1), False),
    (TWO_COLOURS, (3, 3), True),
    (THREE_COLOURS, (1, 1), True),
    (THREE_COLOURS, (5, 3), False),
    (THREE_COLOURS, (3, 1), True),
    (TWO_HALVES, (1, 3), True),
    (TWO_HALVES, (3, 3), False),
]


@pytest.fixture(params=LAYERS, ids=lambda layer: f"{layer[1]}-{layer[0][1]}")
def drawn(request):
    return request.param


@pytest.fixture
def colours(drawn):
    return drawn[0]


@pytest.fixture
def size(drawn):
    return drawn[1]


@pytest.fixture
def exclusive(drawn):
    return drawn[2]


@pytest.fixture
def layer(colours, size, exclusive, rng):
    layer = MaskedConv2D(*colours, size, exclusive=exclusive)
    layer.build((None, None, None, len(colours[0])))
    randomise([layer], rng)
    return layer


def random_map(rng, colours):
    return rng.normal(size=(2, 4, 5, len(colours[0]))).astype("float32")


def allowed(layer, colours, exclusive):
    """Returns bool, of the shape of the kernel: what a filter may see."""
    ones = MaskedConv2D(*colours, layer.window_size, exclusive=exclusive)
    ones.build((None, None, None, len(colours[0])))
    ones.kernel.assign(np.ones(ones.kernel.shape))
    return masked(ones, *colours, exclusive=exclusive) != 0.0


def test_a_mask_is_the_one_that_is_drawn_by_hand():
    layer = MaskedConv2D([0, 0, 1], [0, 1], (3, 3))
    mask = layer.mask().astype(int)
    assert mask.shape == (2, 3, 3, 2)
    np.testing.assert_array_equal(mask[0], np.ones((3, 3, 2)))
    np.testing.assert_array_equal(mask[1, 0], np.ones((3, 2)))
    np.testing.assert_array_equal(mask[1, 1], [[1, 1], [1, 1], [0, 1]])
    np.testing.assert_array_equal(mask[1, 2], np.zeros((3, 2)))
    strict = MaskedConv2D([0, 0, 1], [0, 1], (3, 3), exclusive=True)
    mask[1, 1] = [[0, 1], [0, 1], [0, 0]]
    np.testing.assert_array_equal(strict.mask(), mask)


def test_outputs_are_sums_over_what_comes_before(
    layer, colours, exclusive, rng
):
    x = random_map(rng, colours)
    expected = shifted(
        x,
        masked(layer, *colours, exclusive=exclusive),
        above=layer.window_size[0] // 2,
        left=layer.window_size[1] // 2,
    )
    np.testing.assert_allclose(
        layer(x), expected + layer.bias.numpy(), rtol=1e-4, atol=1e-4
    )


def test_a_changed_value_changes_what_it_may(layer, colours, exclusive, rng):
    x = random_map(rng, colours)
    rows, columns = (side // 2 for side in layer.window_size)
    before = layer(x)
    for channel, colour in enumerate(colours[0]):
        changed = x.copy()
        changed[:, 1, 2, channel] += 1.0
        differs = np.any(layer(changed) != before, axis=0)
        for r, c, o in np.ndindex(differs.shape):
            later = (r, c) > (1, 2) and r <= 1 + rows and abs(c - 2) <= columns
            of_pixel = colours[1][o] >= colour + exclusive
            assert differs[r, c, o] == (
                later or ((r, c) == (1, 2) and of_pixel)
            )


def test_gradients_of_forbidden_entries_are_zero(
    layer, colours, exclusive, rng
):
    x = random_map(rng, colours)
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(layer(x) ** 2)
    gradient = tape.gradient(loss, layer.kernel.value)
    np.testing.assert_array_equal(
        gradient != 0.0, allowed(layer, colours, exclusive)
    )
    np.testing.assert_array_equal(
        layer.mask(), allowed(layer, colours, exclusive)
    )


def test_values_of_forbidden_entries_are_irrelevant(
    layer, colours, exclusive, rng
):
    x = random_map(rng, colours)
    before, kernel = layer(x), layer.effective_kernel()
    forbidden = np.where(allowed(layer, colours, exclusive), 0.0, 1e6)
    layer.kernel.assign_add(forbidden)
    np.testing.assert_array_equal(layer(x), before)
    np.testing.assert_array_equal(layer.effective_kernel(), kernel)


def test_rows_above_and_the_colours_so_far_make_up_the_map(layer, colours, rng):
    x = random_map(rng, colours)
    expected, (above, left) = layer(x), (layer.above, layer.left)
    padded = np.pad(x, [[0, 0], [above, 0], [left, 0], [0, 0]])
    colour_of = np.array(colours[0])
    for row, column in np.ndindex(4, 5):
        outputs = layer.bias.numpy()
        if above:
            rows = padded[:, row : row + above, left:].transpose(1, 2, 0, 3)
            outputs = (
                outputs
                + layer.over_rows(list(rows), layer.effective_kernel()[:above])[
                    column
                ].numpy()
            )
        pixels = padded[:, row + above, column : column + left]
        for colour in set(colours[1]):
            seen = colour_of < colour + (not layer.exclusive)
            window = [pixels.reshape(2, -1), x[:, row, column][:, seen]]
            of_colour = layer.of_colour(outputs, colour) + np.concatenate(
                window, axis=-1
            ) @ layer.pixel_kernel(colour)
            np.testing.assert_allclose(
                of_colour,
                layer.of_colour(expected[:, row, column], colour),
                rtol=1e-4,
                atol=1e-4,
            )


@pytest.mark.parametrize("colours", [TWO_COLOURS, TWO_HALVES], ids=str)
def test_filters_of_a_colour_keep_their_order(colours, rng):
    layer = MaskedConv2D(*colours, (1, 1))
    outputs = rng.normal(size=(3, len(colours[1])))
    for colour in set(colours[1]):
        np.testing.assert_array_equal(
            layer.of_colour(outputs, colour),
            outputs[:, [o == colour for o in colours[1]]],
        )


@pytest.mark.parametrize("exclusive", [False, True])
def test_what_a_window_sees(exclusive):
    for size, rows, columns in (
        ((3, 5), 1, 2),
        ((1, 3), 0, 1),
        ((3, 1), 1, 0),
        ((1, 1), 0, 0),
    ):
        layer = MaskedConv2D([0, 1], [0, 1], size, exclusive=exclusive)
        assert (layer.rows_above, layer.columns_left) == (rows, columns)
        assert layer.sees_own_row
        assert layer.sees_own_pixel != exclusive


def test_layers_in_turn_are_autoregressive_in_colours(rng):
    # The pattern of a model: one exclusive layer, then inclusive ones.
    layers = [
        MaskedConv2D([0, 1, 2], [0, 0, 1, 1, 2], (3, 3), exclusive=True),
        MaskedConv2D([0, 0, 1, 1, 2], [0, 1, 1, 2], (1, 1)),
        MaskedConv2D([0, 1, 1, 2], [0, 1, 2], (3, 3)),
    ]

    def run(x):
        for layer in layers:
            x = keras.ops.tanh(layer(x))
        return np.reshape(x, (len(x), -1))

    x = rng.normal(size=(27, 3, 3, 3)).astype("float32")
    # Blind spots aside, no value reaches itself or an earlier one.
    copies = np.repeat(x[:1], 27, axis=0).reshape(27, -1)
    changed = copies + 2.0 * np.eye(27, dtype="float32")
    differs = run(copies.reshape(x.shape)) != run(changed.reshape(x.shape))
    assert not np.any(np.tril(differs))
    # The last blue value sees all that lies in the window's reach.
    assert differs[:, 26].sum() == 26


@pytest.mark.parametrize("built", [False, True], ids=["new", "built"])
@pytest.mark.parametrize("exclusive", [False, True])
def test_the_configuration_makes_the_layer_again(exclusive, built):
    layer = MaskedConv2D(
        *THREE_COLOURS, (3, 5), exclusive=exclusive, name="mine"
    )
    if built:
        layer.build((None, None, None, 5))
    config = layer.get_config()
    again = MaskedConv2D.from_config(config)
    assert again.get_config() == config
    assert again.exclusive == exclusive
    np.testing.assert_array_equal(again.mask(), layer.mask())


def test_it_is_saved_with_its_weights(rng, tmp_path):
    layer = MaskedConv2D(*TWO_COLOURS, (3, 3), exclusive=True)
    inputs = keras.Input([4, 5, 3])
    model = keras.Model(inputs, layer(inputs))
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    x = random_map(rng, TWO_COLOURS)
    np.testing.assert_array_equal(model(x), again(x))


@pytest.mark.parametrize(
    ("size", "exclusive"), [((3, 3), False), ((1, 1), True)]
)
def test_the_initial_scale_makes_up_for_the_mask(size, exclusive, seed):
    rng = np.random.default_rng(seed)
    colours = np.arange(60) * 3 // 60
    layer = MaskedConv2D(colours, colours, size, exclusive=exclusive)
    outputs = layer(rng.normal(size=(20, 9, 9, 60)).astype("float32"))
    # Inputs of variance 1 give outputs of variance 1 away from the border.
    np.testing.assert_allclose(np.var(outputs[:, 1:, 1:-1]), 1.0, rtol=0.1)


@pytest.mark.parametrize("size", [(2, 3), (3, 2), (4, 4)])
def test_windows_have_a_centre(size):
    with pytest.raises(ValueError, match="`kernel_size` must be an odd"):
        MaskedConv2D([0], [0], size)


def test_colours_of_inputs_ascend():
    with pytest.raises(ValueError, match=r"`in_colours`.*\[0, 1, 0\]"):
        MaskedConv2D([0, 1, 0], [0], (1, 1))


def test_inputs_have_a_channel_for_each_colour():
    layer = MaskedConv2D([0, 1], [0], (1, 1))
    with pytest.raises(ValueError, match=r"2 channels.*\(1, 1, 1, 3\)"):
        layer(np.ones((1, 1, 1, 3)))


def test_computes_in_the_compute_dtype(rng):
    layer = MaskedConv2D(*THREE_COLOURS, (3, 3), dtype="mixed_bfloat16")
    x = random_map(rng, THREE_COLOURS)
    assert layer(x).dtype == layer.effective_kernel().dtype == tf.bfloat16
    assert layer.kernel.dtype == "float32"
    # The mask is exact in any precision.
    layer.kernel.assign_add(np.where(layer.mask(), 0.0, 1e9))
    assert np.max(np.abs(tf.cast(layer(x), tf.float32))) < 1e3


def test_the_mask_follows_the_weights_into_xla(rng):
    layer = MaskedConv2D(*TWO_COLOURS, (3, 3), exclusive=True)
    x = random_map(rng, TWO_COLOURS)
    expected = layer(x)
    layer.kernel.assign_add(np.where(layer.mask(), 0.0, 1e6))
    compiled = tf.function(layer, jit_compile=True)
    np.testing.assert_allclose(compiled(x), expected, rtol=1e-4, atol=1e-5)


def test_colours_may_be_arrays_and_lists():
    for colours in itertools.permutations([[0, 1], np.array([0, 1])]):
        assert MaskedConv2D(*colours, [3, 3]).filters == 2


@pytest.mark.parametrize("gain", [1.0, 4.0])
@pytest.mark.parametrize("exclusive", [False, True])
def test_outputs_start_on_the_scale_of_the_inputs(exclusive, gain, rng):
    # The scale holds however much the mask forbids: 9 of 25 places, and half of
    # the channels.
    colours = np.repeat([0, 1], 32)
    layer = MaskedConv2D(
        colours, colours, (5, 5), exclusive=exclusive, gain=gain
    )
    x = rng.normal(size=(4, 16, 16, 64)).astype("float32")
    inner = layer(x).numpy()[:, 4:, 4:-4]
    np.testing.assert_allclose(inner.std(), gain**0.5, rtol=0.05)
