"""PixelRNN: its equations, what it sees, its colours, its arguments."""

import numpy as np
import pytest

from tests.conformance import receptive_fields
from tests.layers import lstms
from tests.layers.convolutions import masked
from tests.layers.convolutions import randomise
from tests.layers.convolutions import shifted
from tests.models.probes import check_dependencies
from tests.models.test_pixel_cnn import thirds
from tests.zoo.case import Case
from tf_autoregressive.models import PixelRNN

SIZES = {"units": 4, "head_filters": 5, "first_kernel_size": 3}
RECURRENCES = ["row_lstm", "diagonal_bilstm"]


def relu(x):
    return np.maximum(x, 0.0)


def of_equations(model, x, shifts):
    """Returns the parameters `[B, H, W, C * P]`, by the paper's Table 1."""
    colours = model.num_colours
    image, half, full, head = (
        thirds(number, colours)
        for number in (
            model.event_shape[-1],
            model.units,
            2 * model.units,
            model.head_filters,
        )
    )

    def conv(layer, x, below, above, *, exclusive=False):
        kernel = masked(layer, below, above, exclusive=exclusive)
        outputs = shifted(x, kernel, above=layer.above, left=layer.left)
        return outputs + layer.bias.numpy() + shifts.get(layer.name, 0.0)

    def states(layer, x):
        gates = conv(
            layer.input_to_state, x, full, half * (4 * layer.num_directions)
        ) + shifts.get(layer.name, 0.0)
        firsts = [
            [
                first.numpy()[d]
                for first in (layer.first_hidden, layer.first_cell)
            ]
            for d in range(layer.num_directions)
        ]
        if model.recurrence == "row_lstm":
            kernel = lstms.taps(layer.kernel.numpy()[0])
            return lstms.row_lstm(gates, kernel, firsts[0])
        kernels = [np.split(kernel, 2) for kernel in layer.kernel.numpy()]
        return lstms.diagonal_bilstm(gates, kernels, firsts)

    x = conv(model.first_layer, x, image, full, exclusive=True)
    total = 0.0
    for index, layer in enumerate(model.lstms):
        hidden = states(layer, x)
        x = x + conv(model.ups[index], hidden, half, full)
        if model.skip_connections:
            total += conv(model.skips[index], hidden, half, full)
    x = conv(model.head[0], relu(x + total), full, head)
    width = model.output_distribution.num_parameters
    outputs = [k for k in range(colours) for _ in range(width)]
    return conv(model.head[1], relu(x), head, outputs)


@pytest.mark.slow
@pytest.mark.parametrize("skip_connections", [False, True])
@pytest.mark.parametrize("num_channels", [1, 3])
@pytest.mark.parametrize("recurrence", RECURRENCES)
def test_parameters_follow_the_equations(
    recurrence, num_channels, skip_connections, rng
):
    model = PixelRNN(
        (3, 4, num_channels),
        recurrence=recurrence,
        num_layers=2,
        skip_connections=skip_connections,
        num_classes=2,
        **SIZES,
    )
    randomise([model], rng, scale=0.5)
    x = rng.integers(2, size=(3, 3, 4, num_channels)).astype("uint8")
    labels = np.array([0, 1, 1])
    shifts = {
        name: layer.kernel.numpy()[labels][:, None, None]
        for name, layer in model.context_layers.items()
    }
    expected = of_equations(model, x, shifts)
    actual = model.parameters_for(x, context=labels).numpy()
    np.testing.assert_allclose(
        actual.reshape(expected.shape), expected, rtol=1e-3, atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    "num_channels", [1, pytest.param(3, marks=pytest.mark.takes_turns)]
)
@pytest.mark.parametrize("size", [(4, 5), (5, 4), (1, 6), (6, 1)], ids=str)
@pytest.mark.parametrize("recurrence", RECURRENCES)
def test_dependencies_on_maps_of_any_size(recurrence, size, num_channels, seed):
    shape = (*size, num_channels)
    sizes = {"first_kernel_size": 3, "num_layers": 2, "recurrence": recurrence}
    case = Case(
        "sizes",
        PixelRNN,
        shape,
        units=10,
        head_filters=17,
        weight_scale=0.5,
        **sizes,
    )
    expected = receptive_fields.pixel_rnn(shape, **sizes)
    check_dependencies(case, expected, seed)


def test_only_the_last_pixel_of_the_row_above_is_out_of_sight():
    # No feature of an earlier pixel holds it in a wide image, by diagonals.
    height, width = 4, 9
    seen = receptive_fields.pixel_rnn((height, width, 1), first_kernel_size=3)
    missed = np.tri(height * width, k=-1).astype(bool) & ~seen
    expected = np.zeros_like(missed)
    for row in range(1, height):
        for column in range(width - 2):
            expected[row * width + column, row * width - 1] = True
    np.testing.assert_array_equal(missed, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"recurrence": "lstm"}, "`recurrence` must be one of row_lstm, diag"),
        ({"units": 2, "event_shape": (4, 4, 3)}, "at least 3"),
        ({"num_layers": 0}, "`num_layers` must be an integer of"),
        ({"kernel_size": 2, "recurrence": "row_lstm"}, "must be an odd"),
        ({"event_shape": (4, 4)}, r"must be \(height, width, channels\)"),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        PixelRNN(**{"event_shape": (4, 4, 1), **options})
