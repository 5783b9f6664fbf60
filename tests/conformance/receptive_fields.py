"""Which input reaches which output of a convolution stack, from its sizes.

Counted with boolean matrices over (pixel, colour) in raster order, not with
the library's masks. Shapes: D = H * W * C nodes, a row of a matrix for what a
node reads.
"""

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


def window(event_shape, size, *, own_colour, rows_above=None):
    """Returns what a window that ends at a node holds."""
    row, column, colour = differences(event_shape)
    rows_above = size // 2 if rows_above is None else rows_above
    near = (abs(column) <= size // 2) & (row >= 0) & (row <= rows_above)
    earlier = (row > 0) | (column > 0)
    own_pixel = (row == 0) & (column == 0)
    seen = colour >= 0 if own_colour else colour > 0
    return near & (earlier | (own_pixel & seen))


def rows(event_shape, size, *, own_row):
    """Returns what whole rows above a node, and its own, hold."""
    row, column, _ = differences(event_shape)
    first = 0 if own_row else 1
    return (abs(column) <= size // 2) & (first <= row) & (row <= size // 2)


def differences(event_shape):
    """Returns how far each node lies behind each: rows, columns, colours."""
    nodes = np.indices(event_shape).reshape(3, -1)
    return nodes[:, :, None] - nodes[:, None, :]
