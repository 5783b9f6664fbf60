"""PixelCNN: its equations, its receptive field and its blind spot.

Shapes: H rows, W columns, C channels, D = H * W * C dimensions.
"""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance import receptive_fields
from tests.conformance.conditionals import joint_table
from tests.layers.convolutions import masked
from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tests.models.probes import check_dependencies
from tests.models.probes import triangle
from tests.zoo.case import Case
from tf_autoregressive.models import PixelCNN

THREE_LEVELS = {"distribution": "categorical", "num_levels": 3}
# Three colours divide none of the numbers of filters.
SIZES = {"filters": 10, "head_filters": 17, "weight_scale": 0.4}


def thirds(number, num_colours):
    """Returns the colour of each of `number` features, in equal parts."""
    return [index * num_colours // number for index in range(number)]


def of_equations(model, x, shifts):
    """Returns the parameters `[B, H, W, C * P]`, by the class's docstring."""
    colours = model.num_colours
    # Where the output couples the channels, all of them are one colour.
    image = thirds(model.event_shape[-1], colours)
    half, full, head = (
        thirds(number, colours)
        for number in (model.filters, 2 * model.filters, model.head_filters)
    )

    def conv(layer, x, below, above, *, exclusive=False):
        kernel = masked(layer, below, above, exclusive=exclusive)
        rows, columns = kernel.shape[:2]
        left = columns - 1 if rows == 1 else columns // 2
        outputs = shifted(x, kernel, above=rows - 1, left=left)
        return outputs + layer.bias.numpy() + shifts.get(layer.name, 0.0)

    def relu(x):
        return np.maximum(x, 0.0)

    x = conv(model.first_layer, x, image, full, exclusive=True)
    for down, middle, up in model.blocks:
        y = conv(down, relu(x), full, half)
        y = conv(middle, relu(y), half, half)
        x = x + conv(up, relu(y), half, full)
    x = conv(model.head[0], relu(x), full, head)
    num_parameters = model.output_distribution.num_parameters
    return conv(
        model.head[1],
        relu(x),
        head,
        np.repeat(range(colours), num_parameters),
    )


@pytest.mark.parametrize(
    ("event_shape", "options"),
    [
        ((4, 3, 1), {}),
        ((3, 4, 2), THREE_LEVELS),
        ((2, 3, 3), {**THREE_LEVELS, "num_classes": 4}),
        (
            (3, 2, 3),
            {
                "distribution": "discretized_logistic_mixture",
                "num_levels": 3,
                "num_components": 2,
            },
        ),
    ],
    ids=["binary", "two-channels", "labels", "logistics"],
)
def test_parameters_are_those_of_the_equations(event_shape, options, rng):
    model = PixelCNN(
        event_shape,
        filters=5,
        num_blocks=2,
        first_kernel_size=5,
        head_filters=7,
        **options,
    )
    randomise([model], rng, 0.5)
    num_levels = options.get("num_levels", 2)
    x = rng.integers(num_levels, size=(3, *event_shape))
    labels, shifts = None, {}
    if "num_classes" in options:
        labels = np.array([0, 3, 3])
        assert set(model.context_layers) == {"first", "block_0", "block_1"}
        shifts = {
            name: layer.kernel.numpy()[labels][:, None, None]
            for name, layer in model.context_layers.items()
        }
    inputs = x if num_levels == 2 else x - 1.0
    np.testing.assert_allclose(
        np.reshape(model.parameters_for(x, context=labels), (3, -1)),
        of_equations(model, inputs, shifts).reshape(3, -1),
        rtol=1e-3,
        atol=1e-4,
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes",
    [
        {"first_kernel_size": 5, "kernel_size": 3, "num_blocks": 1},
        {"first_kernel_size": 3, "kernel_size": 5, "num_blocks": 2},
        {"first_kernel_size": 7, "kernel_size": 1, "num_blocks": 1},
    ],
    ids=lambda sizes: "-".join(map(str, sizes.values())),
)
def test_the_receptive_field_is_that_of_the_sizes(sizes, seed):
    case = Case("sizes", PixelCNN, (6, 8, 3), **SIZES, **THREE_LEVELS, **sizes)
    expected = receptive_fields.pixel_cnn(case.event_shape, **sizes)
    check_dependencies(case, expected, seed)


@pytest.mark.parametrize(
    ("event_shape", "num_blocks"),
    [((4, 5, 1), 3), pytest.param((6, 8, 3), 6, marks=pytest.mark.slow)],
)
def test_the_blind_spot_lies_above_to_the_right(event_shape, num_blocks, seed):
    # Deep enough for all else: windows of 3 climb a row for each column.
    case = Case(
        "deep",
        PixelCNN,
        event_shape,
        first_kernel_size=3,
        num_blocks=num_blocks,
        **SIZES,
        **THREE_LEVELS,
    )
    rows, columns, _ = receptive_fields.differences(event_shape)
    blind = triangle(event_shape) & (-columns > rows)
    assert np.count_nonzero(blind) > 0
    check_dependencies(case, triangle(event_shape) & ~blind, seed)


@pytest.mark.parametrize("event_shape", [(1, 4, 3), (4, 1, 3), (1, 1, 3)])
def test_images_of_one_row_or_column(event_shape, seed):
    case = Case(
        "thin",
        PixelCNN,
        event_shape,
        first_kernel_size=3,
        num_blocks=3,
        **SIZES,
        **THREE_LEVELS,
    )
    check_dependencies(case, triangle(event_shape), seed, num_probes=1)


@pytest.mark.slow
def test_probabilities_of_two_channels_sum_to_one(seed):
    case = Case(
        "channels",
        PixelCNN,
        (2, 2, 2),
        num_blocks=2,
        first_kernel_size=3,
        **SIZES,
        **THREE_LEVELS,
    )
    model = case.build(seed)
    states = case.states()
    assert len(states) == 3**8
    log_prob = tf.cast(model.log_prob(states), tf.float64)
    np.testing.assert_allclose(tf.reduce_logsumexp(log_prob), 0.0, atol=1e-5)
    np.testing.assert_allclose(
        log_prob, np.log(joint_table(case, model)), rtol=1e-4, atol=1e-4
    )


@pytest.fixture(scope="module")
def with_map():
    """A model of contexts that are maps with a cell for 2 x 2 pixels."""
    model = PixelCNN(
        (4, 6, 1), filters=5, num_blocks=2, context_shape=(2, 3, 2)
    )
    randomise([model], np.random.default_rng(0), 0.5)
    return model


@pytest.mark.slow
def test_a_map_shifts_its_own_pixels_and_those_after_them(with_map, rng):
    x = rng.integers(2, size=(8, 4, 6, 1))
    context = rng.normal(size=(8, 2, 3, 2)).astype("float32")
    before = with_map.parameters_for(x, context=context)
    for row, column in np.ndindex(2, 3):
        changed = context.copy()
        changed[:, row, column] += 1.0
        after = with_map.parameters_for(x, context=changed)
        differs = np.any(after != before, axis=(0, 3, 4))
        cell = np.zeros((4, 6), bool)
        cell[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = True
        assert np.all(differs[cell])
        earlier = np.arange(24).reshape(4, 6) < np.flatnonzero(cell)[0]
        assert not np.any(differs[earlier])


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 2), (3, 3, 2), (8, 6, 2)])
def test_maps_fit_the_image(shape):
    with pytest.raises(ValueError, match=r"`context_shape`.*\(4, 6, 1\)"):
        PixelCNN((4, 6, 1), context_shape=shape)


@pytest.mark.parametrize("shape", [(2, 3, 3), (3, 2, 2), (2,)])
def test_contexts_have_the_shape_that_was_said(with_map, shape):
    with pytest.raises(ValueError, match=r"`context`.*\(2, 3, 2\)"):
        with_map.log_prob(
            np.zeros((2, 4, 6, 1)), context=np.zeros((2, *shape), "float32")
        )


def test_a_label_changes_all_positions(rng):
    model = PixelCNN((5, 4, 1), filters=16, num_blocks=2, num_classes=3)
    randomise([model], rng, 0.4)
    x = rng.integers(2, size=(8, 5, 4, 1))
    logits = [
        model.parameters_for(x, context=np.full(8, label)) for label in range(3)
    ]
    for one, other in ((0, 1), (1, 2), (2, 0)):
        assert np.all(np.any(logits[one] != logits[other], axis=0))


@pytest.mark.slow
def test_sizes_are_those_of_the_paper():
    # The stack has 7 x 7 with mask A, 2 h maps, blocks by way of h, and a head
    # of two layers.
    model = PixelCNN((28, 28, 1), filters=16, head_filters=32)
    first = 4 * 7 * 32 + 32
    block = (32 * 16 + 16) + (2 * 3 * 16 * 16 + 16) + (16 * 32 + 32)
    head = (32 * 32 + 32) + (32 * 1 + 1)
    assert len(model.blocks) == 7
    assert model.count_params() == first + 7 * block + head


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": 2}, "`filters`.*at least 3, one for each.*2"),
        ({"head_filters": 1}, "`head_filters`.*at least 3, one for each.*1"),
        ({"num_blocks": 0}, "`num_blocks` must be an integer.*0"),
        ({"first_kernel_size": 4}, "`first_kernel_size` must be an odd.*=4"),
        ({"kernel_size": 2}, "`kernel_size` must be an odd.*=2"),
    ],
)
def test_sizes_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        PixelCNN((4, 4, 3), **options)


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        ("gaussian_mixture", "of images must have levels that are in order"),
        ("symbols", "of images must have levels that are in order"),
        (["bernoulli"], r"must be an OutputDistribution, or.*\['bernoulli'\]"),
        (None, "must be an OutputDistribution, or.*=None"),
    ],
)
def test_pixels_are_levels(distribution, message):
    with pytest.raises(ValueError, match=f"`distribution` {message}"):
        PixelCNN((4, 4, 1), distribution=distribution)


@pytest.mark.parametrize(
    "event_shape", [(4,), (4, 4), (2, 4, 4, 1), 28, None, (4, 4, 1.0)]
)
def test_events_are_images(event_shape):
    with pytest.raises(ValueError, match=r"`event_shape`.*event_shape="):
        PixelCNN(event_shape)
