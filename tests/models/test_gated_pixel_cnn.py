"""Gated PixelCNN: its equations, what its stacks exchange, no blind spot.

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
from tests.models.test_pixel_cnn import thirds
from tests.zoo.case import Case
from tf_autoregressive.layers.segments import SegmentedScope
from tf_autoregressive.models import GatedPixelCNN

THREE_LEVELS = {"distribution": "categorical", "num_levels": 3}
# Three colours divide none of the numbers of filters.
SIZES = {"filters": 10, "head_filters": 17, "weight_scale": 0.5}


def gate(x):
    f, g = np.split(x, 2, axis=-1)
    return np.tanh(f) / (1.0 + np.exp(-g))


def of_equations(model, x, shifts):
    """Returns the parameters `[B, H, W, C * P]`, by the paper's Fig. 2."""
    colours = model.num_colours
    image = thirds(model.event_shape[-1], colours)
    features, head = (
        thirds(number, colours)
        for number in (model.filters, model.head_filters)
    )

    def conv(layer, x, kernel, above):
        left = layer.kernel.shape[1] // 2
        if kernel.shape[0] == 1 and above == 0:
            left = kernel.shape[1] - 1
        outputs = shifted(x, kernel, above=above, left=left)
        return outputs + layer.bias.numpy() + shifts.get(layer.name, 0.0)

    def masked_conv(layer, x, below, above, *, exclusive=False):
        kernel = masked(layer, below, above, exclusive=exclusive)
        return conv(layer, x, kernel, 0)

    def relu(x):
        return np.maximum(x, 0.0)

    v, h, skips = x, x, []
    for index, (vertical, link, horizontal, output) in enumerate(
        zip(
            model.vertical,
            model.links,
            model.horizontal,
            model.outputs,
            strict=True,
        )
    ):
        # Rows above, ever their own from the second layer on.
        above = vertical.kernel.shape[0] - (index > 0)
        assert above == vertical.kernel.shape[1] // 2
        a = conv(vertical, v, vertical.kernel.numpy(), above)
        v = gate(a)
        before_gate = masked_conv(
            horizontal,
            h,
            features if index else image,
            2 * features,
            exclusive=index == 0,
        )
        y = gate(before_gate + a @ link.kernel.numpy()[0, 0])
        both = masked_conv(output, y, features, 2 * features)
        residual, skip = np.split(both, 2, axis=-1)
        h = h + residual if index else residual
        skips.append(skip)
    x = masked_conv(model.head[0], relu(sum(skips)), features, head)
    num_parameters = model.output_distribution.num_parameters
    return masked_conv(
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
        ((4, 3, 3), {**THREE_LEVELS, "num_classes": 4}),
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
    model = GatedPixelCNN(
        event_shape,
        filters=5,
        num_layers=3,
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
        assert set(model.context_layers) == {
            f"{stack}_{index}"
            for stack in ("vertical", "horizontal")
            for index in range(3)
        }
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


@pytest.mark.parametrize(
    ("event_shape", "sizes"),
    [
        ((5, 4, 1), {"first_kernel_size": 3, "kernel_size": 3}),
        *(
            pytest.param(*arguments, marks=pytest.mark.slow)
            for arguments in (
                ((6, 8, 3), {"first_kernel_size": 5, "kernel_size": 5}),
                ((1, 5, 3), {"first_kernel_size": 3, "kernel_size": 3}),
                ((5, 1, 3), {"first_kernel_size": 3, "kernel_size": 3}),
                ((1, 1, 3), {"first_kernel_size": 3, "kernel_size": 3}),
            )
        ),
    ],
    ids=str,
)
def test_all_that_comes_before_is_seen(event_shape, sizes, seed):
    case = Case(
        "deep",
        GatedPixelCNN,
        event_shape,
        num_layers=4,
        **SIZES,
        **THREE_LEVELS,
        **sizes,
    )
    check_dependencies(case, triangle(event_shape), seed)


@pytest.mark.slow
@pytest.mark.parametrize(
    "sizes",
    [
        {"first_kernel_size": 3, "kernel_size": 5, "num_layers": 2},
        {"first_kernel_size": 5, "kernel_size": 3, "num_layers": 1},
        {"first_kernel_size": 7, "kernel_size": 1, "num_layers": 2},
    ],
    ids=lambda sizes: "-".join(map(str, sizes.values())),
)
def test_the_receptive_field_is_that_of_the_sizes(sizes, seed):
    case = Case(
        "sizes", GatedPixelCNN, (6, 8, 3), **SIZES, **THREE_LEVELS, **sizes
    )
    expected = receptive_fields.gated_pixel_cnn(case.event_shape, **sizes)
    assert np.any(expected != triangle(case.event_shape))
    check_dependencies(case, expected, seed)


def silenced(model, *layers):
    """Sets the weights of some layers to zero."""
    for layer in layers:
        layer.set_weights([0.0 * w for w in layer.get_weights()])
    return model


def random_model(rng, event_shape=(4, 5, 1), **options):
    model = GatedPixelCNN(
        event_shape, **{"filters": 6, "num_layers": 3, **options}
    )
    randomise([model], rng, 0.5)
    return model


def seen(model, rng):
    """Returns bool `[D, D]`: row i, what the parameters of i depend on."""
    num_dims = model.num_dims
    x = rng.integers(2, size=(16, 1, num_dims))
    copies = np.where(np.eye(num_dims, dtype=bool), 1 - x, x)
    shape = (-1, *model.event_shape)
    before, after = (
        np.reshape(model.parameters_for(x.reshape(shape)), (16, num_dims, -1))
        for x in (np.broadcast_to(x, copies.shape), copies)
    )
    return np.any(before != after, axis=0).T


def test_the_first_layer_has_no_residual_connection(rng):
    model = random_model(rng)
    # Only a residual would be left of the horizontal stack.
    silenced(model, model.outputs[0], *model.links)
    logits = model.parameters_for(rng.integers(2, size=(9, 4, 5, 1)))
    np.testing.assert_array_equal(logits, np.repeat(logits[:1], 9, axis=0))


def test_later_layers_have_residual_connections(rng):
    model = random_model(rng)
    # The second layer adds nothing, and yet the third sees the first.
    silenced(model, model.outputs[1], *model.links)
    assert np.any(seen(model, rng)[4])


def test_links_are_all_that_rows_above_come_by(rng):
    model = random_model(rng)
    silenced(model, *model.links)
    row, column, _ = receptive_fields.differences((4, 5, 1))
    reach = 3 + 1 + 1
    np.testing.assert_array_equal(
        seen(model, rng), (row == 0) & (column > 0) & (column <= reach)
    )


@pytest.mark.parametrize("index", [0, 1])
def test_links_are_taken_before_the_gate(index, rng):
    model = random_model(rng, num_layers=2)
    link, vertical = model.links[index], model.vertical[index]
    assert link.kernel.shape == (1, 1, 12, 12)
    linked = []

    class Scope(SegmentedScope):
        def run(self, layer, x):
            outputs = layer(x)
            if layer is vertical:
                self.before_gate = outputs
            return outputs

        def link(self, layer, shift):
            linked.append(shift)

    scope = Scope()
    model.row_stack(scope, rng.normal(size=(2, 4, 5, 1)).astype("float32"))
    np.testing.assert_array_equal(linked[index], link(scope.before_gate))


def test_the_horizontal_stack_gives_nothing_back(rng):
    model = random_model(rng)
    x = rng.integers(2, size=(3, 4, 5, 1)).astype("float32")
    outputs = []

    class Scope(SegmentedScope):
        def run(self, layer, x):
            return layer(x)

        def link(self, layer, shift):
            outputs.append(np.array(shift))

    model.row_stack(Scope(), x)
    before, outputs = outputs, []
    silenced(model, *model.horizontal, *model.outputs)
    changed = x.copy()
    changed[:, 2] = 1.0 - changed[:, 2]
    model.row_stack(Scope(), changed)
    for one, other in zip(before, outputs, strict=True):
        # Rows above, and its own: no pixel of it counts.
        np.testing.assert_array_equal(one[:, :3], other[:, :3])
        assert np.any(one[:, 3] != other[:, 3])


@pytest.mark.slow
def test_probabilities_of_two_channels_sum_to_one(seed):
    case = Case(
        "channels",
        GatedPixelCNN,
        (2, 2, 2),
        num_layers=2,
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


@pytest.mark.slow
def test_a_map_shifts_its_own_pixels_and_those_after_them(rng):
    model = random_model(rng, (4, 6, 1), context_shape=(2, 3, 2))
    x = rng.integers(2, size=(8, 4, 6, 1))
    context = rng.normal(size=(8, 2, 3, 2)).astype("float32")
    before = model.parameters_for(x, context=context)
    for row, column in np.ndindex(2, 3):
        changed = context.copy()
        changed[:, row, column] += 1.0
        after = model.parameters_for(x, context=changed)
        differs = np.any(after != before, axis=(0, 3, 4))
        cell = np.zeros((4, 6), bool)
        cell[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = True
        assert np.all(differs[cell])
        # A map is not an event, so the vertical stack sees all of its row.
        assert not np.any(differs[: 2 * row])


@pytest.mark.parametrize("shape", [(2, 3), (2, 4, 2), (3, 3, 2), (8, 6, 2)])
def test_maps_fit_the_image(shape):
    with pytest.raises(ValueError, match=r"`context_shape`.*\(4, 6, 1\)"):
        GatedPixelCNN((4, 6, 1), context_shape=shape)


@pytest.mark.slow
def test_a_label_changes_all_positions(rng):
    model = random_model(rng, num_classes=3)
    x = rng.integers(2, size=(8, 4, 5, 1))
    logits = [
        model.parameters_for(x, context=np.full(8, label)) for label in range(3)
    ]
    for one, other in ((0, 1), (1, 2), (2, 0)):
        assert np.all(np.any(logits[one] != logits[other], axis=0))


def test_sizes_are_those_of_the_paper():
    model = GatedPixelCNN(
        (28, 28, 1), filters=16, num_layers=4, head_filters=32
    )
    first = (3 * 7 * 32 + 32) + 32 * 32 + (4 * 32 + 32) + (16 * 32 + 32)
    layer = (
        (2 * 3 * 16 * 32 + 32) + 32 * 32 + (2 * 16 * 32 + 32) + (16 * 32 + 32)
    )
    head = (16 * 32 + 32) + (32 * 1 + 1)
    assert model.count_params() == first + 3 * layer + head


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"filters": 2}, "`filters`.*at least 3, one for each.*2"),
        ({"head_filters": 1}, "`head_filters`.*at least 3, one for each.*1"),
        ({"num_layers": 0}, "`num_layers` must be an integer.*0"),
        ({"first_kernel_size": 4}, "`first_kernel_size` must be an odd.*=4"),
        ({"kernel_size": 2}, "`kernel_size` must be an odd.*=2"),
    ],
)
def test_sizes_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        GatedPixelCNN((4, 4, 3), **options)


@pytest.mark.slow
def test_a_new_stack_keeps_its_signal(rng):
    # Deep layers of a stack that loses the signal learn late, or never.
    model = GatedPixelCNN((16, 16, 1), filters=32, num_layers=7)
    x = rng.normal(size=(4, 16, 16, 1)).astype("float32")
    scales = []
    for vertical in model.vertical:
        x = gate(vertical(x).numpy())
        scales.append(x.std())
    assert scales[-1] > 0.2 * scales[0]
