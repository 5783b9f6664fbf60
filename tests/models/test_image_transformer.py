"""ImageTransformer: its equations and its errors.

Shapes: B batch, H rows, W columns, C channels, K colours.
"""

import numpy as np
import pytest

from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tests.models.transformer_equations import after_blocks
from tests.models.transformer_equations import dense
from tf_autoregressive.models import ImageTransformer

SMALL = {"units": 4, "num_heads": 2, "num_layers": 2, "first_kernel_size": 3}
LOGISTICS = {
    "distribution": "discretized_logistic_mixture",
    "num_levels": 3,
    "num_components": 2,
}


def of_equations(model, x, shift):
    """Returns the parameters `[B, H * W * K, P]`, by the class's docstring."""
    steps = x.reshape(len(x), model.num_sites, -1)
    before = np.pad(steps, [[0, 0], [1, 0], [0, 0]])[:, :-1]
    layer = model.steps
    rows, columns, colours = (
        np.array(weight, "float64")
        for weight in (layer.rows, layer.columns, layer.colours)
    )
    places = rows[:, None, None] + columns[:, None] + colours
    above = shifted(
        x, np.array(model.rows_above.kernel, "float64"), above=1, left=1
    )
    stream = before @ np.array(layer.values.kernel, "float64")
    stream += places.reshape(-1, model.units)
    stream += (above + shift).reshape(stream.shape)
    window = model.num_sites
    return dense(after_blocks(model, stream, window), model.last_layer)


@pytest.mark.parametrize(
    ("event_shape", "options"),
    [
        ((3, 4, 1), {}),
        ((2, 3, 3), {"num_classes": 3}),
        ((2, 2, 3), LOGISTICS),
    ],
    ids=["binary", "labels", "logistics"],
)
def test_it_is_its_equations(event_shape, options, rng):
    model = ImageTransformer(event_shape, **SMALL, **options)
    randomise([model], rng, scale=0.6)
    num_levels = options.get("num_levels", 2)
    x = rng.integers(num_levels, size=(3, *event_shape))
    labels, shift = None, 0.0
    if "num_classes" in options:
        labels = np.array([0, 2, 2])
        kernel = model.context_layers["steps"].kernel
        shift = np.array(kernel)[labels][:, None, None]
    expected = of_equations(model, x - (num_levels - 2.0), shift)
    actual = np.reshape(model.parameters_for(x, labels), expected.shape)
    np.testing.assert_allclose(actual, expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"units": 6, "num_heads": 4}, "`num_heads` must divide"),
        ({"num_layers": 0}, "`num_layers` must be"),
        ({"first_kernel_size": 1}, "`first_kernel_size` must be"),
        ({"stride": -1}, "`stride` must be"),
        ({"event_shape": (4, 4)}, "must be .height, width, channels."),
    ],
)
def test_bad_arguments_are_errors(options, message):
    with pytest.raises(ValueError, match=message):
        ImageTransformer(**{"event_shape": (4, 4, 1), **SMALL, **options})
