"""PixelSNAIL: its equations and its errors.

Shapes: B batch, H rows, W columns, C channels, K colours.
"""

import numpy as np
import pytest

from tests.layers.attention import attend
from tests.layers.convolutions import masked
from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tf_autoregressive.models import PixelSNAIL

SMALL = {"filters": 4, "num_layers": 1, "key_units": 3}


def elu(x):
    return np.where(x > 0, x, np.exp(np.minimum(x, 0)) - 1)


def gate(x):
    a, b = np.split(x, 2, axis=-1)
    return a / (1 + np.exp(-b))


def conv(layer, x, num_colours, shifts, *, parts=1, exclusive=False):
    """Returns the outputs of a masked layer, whose colours have equal parts."""
    below, above = (
        np.repeat(range(num_colours), number // num_colours)
        for number in (x.shape[-1], layer.filters // parts)
    )
    kernel = masked(layer, below, [*above] * parts, exclusive=exclusive)
    outputs = shifted(x, kernel, above=layer.above, left=layer.left)
    return outputs + np.array(layer.bias) + shifts.get(layer.name, 0.0)


def side_by_side(maps, num_colours):
    """Returns maps whose channels are joined, colour by colour."""
    parts = [np.split(x, num_colours, axis=-1) for x in maps]
    by_colour = [x for colour in zip(*parts, strict=True) for x in colour]
    return np.concatenate(by_colour, axis=-1)


def step_before(x, num_colours):
    steps = x.reshape(len(x), -1, x.shape[-1] // num_colours)
    return np.pad(steps, [[0, 0], [1, 0], [0, 0]])[:, :-1].reshape(x.shape)


def of_equations(model, x, shifts):
    """Returns the parameters `[B, H, W, K * P]`, by the class's docstring."""
    colours = model.num_colours
    height, width = x.shape[1:3]
    place = np.zeros((*x.shape[:3], 2 * colours))
    for i, j in np.ndindex(height, width):
        here = [(i - height / 2) / height, (j - width / 2) / width]
        place[:, i, j] = np.tile(here, colours)

    def run(layer, x, **options):
        return conv(layer, x, colours, shifts, **options)

    def attended(layers, u):
        key_hidden, keys_values = layers[2:4]
        query_hidden, queries = layers[5:7]
        features, of_attention, last = layers[8:]
        before = [step_before(x, colours), step_before(u, colours), place]
        seen = run(
            keys_values, elu(run(key_hidden, side_by_side(before, colours)))
        )
        query = side_by_side([u, place], colours)
        query = run(queries, elu(run(query_hidden, query)))
        steps = side_by_side([query, seen], colours)
        found = attend(
            steps.reshape(len(x), model.num_sites, -1),
            units=model.value_units,
            num_heads=1,
            window=model.num_sites,
            key_units=model.key_units,
        )
        found = found.reshape(*x.shape[:3], -1)
        y = run(features, elu(u)) + run(of_attention, found)
        return gate(run(last, elu(y), parts=2))

    u = run(model.first_layer, x, exclusive=True)
    for block, attention in zip(
        model.layers_of_blocks, model.attentions, strict=True
    ):
        for first, second in block:
            u = u + gate(run(second, elu(run(first, elu(u))), parts=2))
        if attention is not None:
            u = u + attended(attention, u)
    return run(model.last_layer, elu(u))


@pytest.mark.parametrize(
    ("event_shape", "options"),
    [
        ((3, 4, 1), {}),
        ((2, 3, 3), {"num_classes": 3}),
        (
            (2, 3, 3),
            {
                "distribution": "discretized_logistic_mixture",
                "num_levels": 3,
                "num_components": 2,
            },
        ),
    ],
    ids=["binary", "labels", "logistics"],
)
def test_it_is_its_equations(event_shape, options, rng):
    model = PixelSNAIL(event_shape, num_blocks=2, **SMALL, **options)
    randomise([model], rng, scale=0.4)
    num_levels = options.get("num_levels", 2)
    x = rng.integers(num_levels, size=(3, *event_shape))
    labels, shifts = None, {}
    if "num_classes" in options:
        labels = np.array([0, 2, 2])
        shifts = {
            name: np.array(layer.kernel)[labels][:, None, None]
            for name, layer in model.context_layers.items()
        }
    expected = of_equations(model, x - (num_levels - 2.0), shifts)
    actual = np.reshape(model.parameters_for(x, labels), expected.shape)
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-4)


def test_attention_ends_every_second_block():
    model = PixelSNAIL((3, 3, 1), num_blocks=5, **SMALL)
    found = [attention is not None for attention in model.attentions]
    assert found == [False, True, False, True, False]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"num_heads": 2}, "`num_heads` must divide"),
        ({"num_blocks": 0}, "`num_blocks` must be"),
        ({"first_kernel_size": 1}, "`first_kernel_size` must be"),
        ({"kernel_size": 2}, "`kernel_size` must be"),
    ],
)
def test_bad_arguments_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        PixelSNAIL((4, 4, 1), **{**SMALL, **options})
