"""The reach of convolution stacks, from their sizes.

Counted with boolean matrices over (pixel, colour) in raster order, not with
the library's masks. Shapes: D = H * W * C nodes, a row of a matrix for what a
node reads.
"""

import math

import numpy as np


def pixel_cnn(event_shape, *, first_kernel_size, kernel_size=3, num_blocks):
    """Returns bool `[D, D]` for masked windows with residual connections."""
    reached = window(event_shape, first_kernel_size, own_colour=False)
    block = window(event_shape, kernel_size, own_colour=True)
    for _ in range(num_blocks):
        reached = block @ reached
    return reached


def gated_pixel_cnn(
    event_shape, *, first_kernel_size, kernel_size=3, num_layers
):
    """Returns bool `[D, D]` for a vertical and a horizontal stack."""
    vertical = rows(event_shape, first_kernel_size, own_row=False)
    horizontal = vertical | window(
        event_shape, first_kernel_size, own_colour=False, rows_above=0
    )
    for _ in range(num_layers - 1):
        vertical = rows(event_shape, kernel_size, own_row=True) @ vertical
        of_row = window(event_shape, kernel_size, own_colour=True, rows_above=0)
        horizontal = (of_row @ horizontal) | vertical
    return horizontal


def pixel_rnn(
    event_shape,
    *,
    recurrence="diagonal_bilstm",
    first_kernel_size=7,
    kernel_size=3,
    num_layers=1,
):
    """Returns bool `[D, D]` for LSTMs with residual connections."""
    layers = pixel_rnn_layers(
        event_shape,
        recurrence=recurrence,
        kernel_size=kernel_size,
        num_layers=num_layers,
    )
    return layers @ window(event_shape, first_kernel_size, own_colour=False)


def pixel_rnn_layers(
    event_shape, *, recurrence="diagonal_bilstm", kernel_size=3, num_layers=1
):
    """Returns bool `[D, D]` for what comes after the first convolution."""
    if recurrence == "row_lstm":
        layer = row_lstm(event_shape, kernel_size=kernel_size)
    else:
        layer = diagonal_bilstm(event_shape)
    return np.linalg.matrix_power(layer.astype(int), num_layers) > 0


def row_lstm(event_shape, *, kernel_size=3):
    """Returns bool `[D, D]` for one layer: what the states of a node see."""
    row, column, _ = differences(event_shape)
    above = (row == 1) & (abs(column) <= kernel_size // 2)
    inputs = window(event_shape, kernel_size, own_colour=True, rows_above=0)
    return recurrent(inputs, above)


def diagonal_bilstm(event_shape):
    """Returns bool `[D, D]` for one layer: both directions, one moved down."""
    row, column, colour = differences(event_shape)
    above = (row == 1) & (column == 0)
    inputs = (row == 0) & (column == 0) & (colour >= 0)
    to_right = recurrent(inputs, above | ((row == 0) & (column == 1)))
    to_left = recurrent(inputs, above | ((row == 0) & (column == -1)))
    return to_right | (above @ to_left)


def multi_scale_pixel_rnn(event_shape, *, scale=2, **options):
    """Returns bool `[D, D]`: a small image, and the pixels around it."""
    nodes = np.indices(event_shape).reshape(3, -1)
    is_small = (nodes[:2] % scale == 0).all(axis=0)
    small_shape = (event_shape[0] // scale, event_shape[1] // scale)
    small = pixel_rnn((*small_shape, event_shape[2]), **options)
    reached = np.zeros((len(is_small), len(is_small)), bool)
    reached[np.ix_(is_small, is_small)] = small
    # A transposed convolution has size 2f, so each small pixel reaches the
    # pixels from f / 2 before its own on, 2f of them along each side.
    row, column, _ = differences(event_shape)
    near = [
        (-(scale // 2) <= side) & (side < 2 * scale - scale // 2)
        for side in (row, column)
    ]
    bias = near[0] & near[1] & is_small
    large = pixel_rnn(event_shape, **options)
    options.pop("first_kernel_size", None)
    biased = pixel_rnn_layers(event_shape, **options) @ bias
    return np.where(is_small[:, None], reached, large | biased)


def recurrent(inputs, states):
    """Returns the reach through inputs and the states of other nodes."""
    reached = inputs
    for _ in range(len(inputs)):
        reached = inputs | (states @ reached)
    return reached


def ngram_mlp(event_shape, *, order):
    """Returns bool `[T, T]`: the `n - 1` steps before."""
    return steps_back(event_shape, order - 1)


def char_cnn(event_shape, *, dilations, kernel_size=3):
    """Returns bool `[T, T]`: the step before, and what it convolves."""
    return steps_back(event_shape, 1 + (kernel_size - 1) * sum(dilations))


def wavenet(
    event_shape, *, num_stacks, num_layers, kernel_size=2, adaptive_order=None
):
    """Returns bool `[T, T]`: the step before, and what it convolves."""
    if adaptive_order is not None:
        # A prediction is fitted to all steps before.
        return steps_back(event_shape, event_shape[0])
    dilations = (1, *[2**layer for layer in range(num_layers)] * num_stacks)
    return steps_back(event_shape, 1 + (kernel_size - 1) * sum(dilations))


def steps_back(event_shape, reach):
    """Returns bool `[D, D]`: the last `reach` steps before that of each."""
    steps = np.repeat(np.arange(event_shape[0]), math.prod(event_shape[1:]))
    back = steps[:, None] - steps
    return (back > 0) & (back <= reach)


def window(event_shape, size, *, own_colour, rows_above=None):
    """Returns the nodes in a window that ends at a node."""
    row, column, colour = differences(event_shape)
    rows_above = size // 2 if rows_above is None else rows_above
    near = (abs(column) <= size // 2) & (row >= 0) & (row <= rows_above)
    earlier = (row > 0) | (column > 0)
    own_pixel = (row == 0) & (column == 0)
    seen = colour >= 0 if own_colour else colour > 0
    return near & (earlier | (own_pixel & seen))


def rows(event_shape, size, *, own_row):
    """Returns the nodes in the rows above a node, and in its own."""
    row, column, _ = differences(event_shape)
    first = 0 if own_row else 1
    return (abs(column) <= size // 2) & (first <= row) & (row <= size // 2)


def differences(event_shape):
    """Returns the distances of nodes: rows, columns, colours."""
    nodes = np.indices(event_shape).reshape(3, -1)
    return nodes[:, :, None] - nodes[:, None, :]
