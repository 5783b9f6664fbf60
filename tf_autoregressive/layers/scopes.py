"""Three ways to run a convolution stack: a map, a row, a pixel at a time.

A model writes its stack once, over `scope.conv(layer, x)`. A `MapScope` runs
it for all positions, which is how a model is trained and scored. To draw an
image, a `RowScope` runs what depends on the rows above only, once a row, and a
`PixelScope` the rest, once a pixel: every activation is computed once.

Shapes: B batch, H rows, W columns, I input channels, O filters, C colours.
"""

import tensorflow as tf


class MapScope:
    """All positions at once: `[B, H, W, channels]`.

    Args:
        shifts: What is added to a layer's outputs, by its name.
        training: Whether dropout is active.
    """

    def __init__(self, shifts=None, *, training=False):
        self.shifts = shifts or {}
        self.training = training

    def conv(self, layer, x):
        """Returns the outputs of `layer`, `[B, H, W, O]`."""
        outputs = layer(x)
        if layer.name in self.shifts:
            outputs += tf.cast(self.shifts[layer.name], outputs.dtype)
        return outputs


class RowScope:
    """One row, for layers that see whole rows: `[W, B, channels]`.

    Args:
        rows: By the layer's name, the rows above that it sees, oldest first.
        shifts: By the layer's name, what is added: `[B, O]` or `[W, B, O]`.
    """

    training = False

    def __init__(self, rows, shifts):
        self.rows = dict(rows)
        self.shifts = shifts

    def conv(self, layer, x=None):
        """Returns one row of outputs of `layer`, `[W, B, O]`.

        Args:
            layer: A `ShiftedConv2D`.
            x: The row of its inputs, `[W, B, I]`; `None` for a layer that
                does not see its own row.
        """
        rows = list(self.rows.get(layer.name, ()))
        if layer.sees_own_row:
            rows.append(tf.cast(x, layer.compute_dtype))
            self.push(layer, x)
        outputs = layer.over_rows(rows, layer.effective_kernel())
        return self._shifted(layer, outputs)

    @property
    def size(self):
        """Number of columns and of examples, the latter a tensor."""
        row = next(iter(self.rows.values()))[-1]
        return row.shape[0], tf.shape(row)[1]

    def above(self, layer):
        """Returns what a layer of pixels gets from the rows above.

        `[W, B, O]`, or `[O]` where that is its bias alone, with the shift.
        """
        outputs = 0.0
        if layer.rows_above:
            kernel = layer.effective_kernel()[: layer.rows_above]
            outputs = layer.over_rows(self.rows[layer.name], kernel)
        return self._shifted(layer, outputs)

    def _shifted(self, layer, outputs):
        if layer.bias is not None:
            outputs += tf.cast(layer.bias, layer.compute_dtype)
        if layer.name in self.shifts:
            outputs += tf.cast(self.shifts[layer.name], outputs.dtype)
        return outputs

    def push(self, layer, row):
        """Makes `row` the last of the rows above that `layer` sees."""
        if layer.rows_above:
            row = tf.cast(row, layer.compute_dtype)
            self.rows[layer.name] = (*self.rows[layer.name][1:], row)


class PixelScope:
    """One colour of one pixel, for layers of pixels: `[B, channels]`.

    Colours are run in their order. Each run computes the filters of its colour
    from the pixels to the left and the colours so far, so that after the last
    one every filter has been computed once.

    Args:
        state: Nest of tensors, from `start_row` or `finished_pixel`.
        column: Index of the pixel in its row, a scalar tensor.
        colour: Index of the colour, a Python int.
    """

    training = False

    def __init__(self, state, column, colour):
        self.state = state
        self.column = column
        self.colour = colour
        self.centre = dict(state["centre"])

    def conv(self, layer, x):
        """Returns the filters of `layer` of this colour, `[B, O]`.

        Args:
            layer: A `ShiftedConv2D`.
            x: The channels of this colour of its inputs, `[B, I]`; not used
                by layers that do not see it.
        """
        name = layer.name
        if layer.sees_own_pixel:
            self.append(layer, x)
        window = (*self.state["left"][name], *self.centre.get(name, ()))
        above = self.state["above"][name][self.colour]
        if above.shape.rank == 3:
            above = above[self.column]
        if not window:
            return above
        window = window[0] if len(window) == 1 else tf.concat(window, -1)
        return window @ self.state["kernels"][name][self.colour] + above

    def append(self, layer, x):
        """Adds the channels of this colour to the inputs of `layer`."""
        x = tf.cast(x, layer.compute_dtype)
        self.centre[layer.name] = (*self.centre.get(layer.name, ()), x)

    def unfinished_pixel(self):
        """Returns the state, for the next colour of this pixel."""
        return {**self.state, "centre": self.centre}

    def finished_pixel(self):
        """Returns the state, for the first colour of the next pixel."""
        pixel = {
            name: tf.concat(channels, -1)
            for name, channels in self.centre.items()
        }
        left = {
            name: (*pixels, pixel[name])[1:] if pixels else ()
            for name, pixels in self.state["left"].items()
        }
        rows = {
            name: row.write(self.column, pixel[name])
            for name, row in self.state["rows"].items()
        }
        return {**self.state, "left": left, "rows": rows, "centre": {}}


def first_rows(layers, batch_size, width):
    """Returns the rows above the first row: zeros, for a `RowScope`."""
    return {
        layer.name: (_zeros(layer, [width, batch_size]),) * layer.rows_above
        for layer in layers
        if layer.rows_above
    }


def start_row(row_scope, layers, num_colours):
    """Returns the state of a `PixelScope` at the first pixel of a row.

    Args:
        row_scope: The `RowScope` of the row, with the shifts of the layers.
        layers: The layers of pixels, the first of which reads the input.
        num_colours: Number of colours.
    """
    colours = range(num_colours)
    width, batch_size = row_scope.size
    return {
        "above": {
            layer.name: [
                layer.of_colour(row_scope.above(layer), colour)
                for colour in colours
            ]
            for layer in layers
        },
        "kernels": {
            layer.name: [layer.pixel_kernel(colour) for colour in colours]
            for layer in layers
        },
        "left": {
            layer.name: (_zeros(layer, [batch_size]),) * layer.columns_left
            for layer in layers
        },
        "rows": {
            layer.name: tf.TensorArray(
                layer.compute_dtype,
                width,
                element_shape=[None, layer.in_channels],
            )
            for layer in layers
            if layer.rows_above or layer is layers[0]
        },
        "centre": {},
    }


def finish_row(row_scope, layers, state):
    """Makes the row that was drawn the last of the rows above."""
    for layer in layers:
        if layer.rows_above:
            row_scope.push(layer, state["rows"][layer.name].stack())


def _zeros(layer, shape):
    return tf.zeros([*shape, layer.in_channels], layer.compute_dtype)
