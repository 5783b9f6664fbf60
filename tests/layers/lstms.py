"""LSTMs over the pixels of a map, pixel by pixel in NumPy.

Shapes: B batch, H rows, W columns, h units. States are `(hidden, cell)`.
"""

import numpy as np

from tests.layers.convolutions import randomise


def make(cls, in_channels, units, rng, *, num_colours=1, **options):
    """Returns a layer with random weights."""
    colours = [
        np.arange(number) * num_colours // number
        for number in (in_channels, units)
    ]
    layer = cls(*colours, **options)
    layer.build((None, None, None, in_channels))
    randomise([layer], rng, scale=0.5)
    return layer


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def update(gates, cell):
    """Returns the states after gates `[..., 4h]` in the order o, f, i, g."""
    o, f, i, g = np.split(gates, 4, axis=-1)
    cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(cell), cell


def taps(kernel):
    """Returns `[k, h, 4h]` of a kernel `[k * h, 4h]`."""
    units = kernel.shape[1] // 4
    return kernel.reshape(-1, units, 4 * units)


def row_lstm(gates, kernel, first):
    """Returns `[B, H, W, h]`; `kernel` is `[k, h, 4h]`."""
    batch, height, width, _ = gates.shape
    reach = len(kernel) // 2
    above = {
        c: tuple(np.tile(s, (batch, 1)) for s in first) for c in range(width)
    }
    outputs = np.zeros((batch, height, width, kernel.shape[1]))
    for r in range(height):
        row = {}
        for c in range(width):
            total = gates[:, r, c].astype("float64")
            for tap, weights in enumerate(kernel):
                if c + tap - reach in above:
                    total = total + above[c + tap - reach][0] @ weights
            row[c] = update(total, above[c][1])
            outputs[:, r, c] = row[c][0]
        above = row
    return outputs


def diagonal_lstm(gates, of_above, of_left, first):
    """Returns `[B, H, W, h]` of one direction, to the right and down."""
    batch, height, width, _ = gates.shape
    before = tuple(np.tile(s, (batch, 1)) for s in first)
    states = {}
    outputs = np.zeros((batch, height, width, len(of_left)))
    for r, c in np.ndindex(height, width):
        above = states.get((r - 1, c), before)
        left = states.get((r, c - 1), before)
        total = gates[:, r, c] + above[0] @ of_above + left[0] @ of_left
        states[r, c] = update(total, left[1])
        outputs[:, r, c] = states[r, c][0]
    return outputs


def diagonal_bilstm(gates, kernels, firsts):
    """Returns `[B, H, W, h]`: to the right, and to the left a row later.

    Args:
        gates: `[B, H, W, 8h]`.
        kernels: By direction, the kernels `[h, 4h]` of the state above and of
            the one beside.
        firsts: By direction, the states before the first pixel.
    """
    to_right, to_left = np.split(gates, 2, axis=-1)
    right = diagonal_lstm(to_right, *kernels[0], firsts[0])
    left = diagonal_lstm(to_left[:, :, ::-1], *kernels[1], firsts[1])
    right[:, 1:] += left[:, :-1, ::-1]
    return right
