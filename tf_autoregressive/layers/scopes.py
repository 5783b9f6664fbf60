"""Three ways to run a convolution stack: a map, a row, a pixel at a time.

A model writes its stack once, over `scope.conv(layer, x)`. A `MapScope` runs
it for all positions, which is how a model is trained and scored. To draw an
image, a `RowScope` runs what depends on the rows above only, once a row, and a
`PixelScope` the rest, once a pixel: every activation is computed once.

A stack may go down to half the resolution and back (`scope.lower`). Lower
resolutions have caches of their own, inside the cache of the one above, and
run at even rows and columns.

Shapes: B batch, H rows, W columns, I input channels, O filters, C colours, h
units of a recurrent layer, k of them of one colour.
"""

import typing

import tensorflow as tf

from tf_autoregressive.layers.segments import PLAIN
from tf_autoregressive.layers.segments import SegmentedScope


class Level(typing.NamedTuple):
    """The layers of one resolution.

    Attributes:
        row_layers: Layers that see whole rows.
        pixel_layers: Layers of pixels; at full resolution the first reads the
            input.
        up: The layer that brings pixels up from this resolution, `None` at
            full resolution.
        recurrent_layers: Layers of pixels that have a state, each a
            `PixelLSTM`; at full resolution only.
    """

    row_layers: list
    pixel_layers: list
    up: typing.Any = None
    recurrent_layers: typing.Any = ()


class MapScope(SegmentedScope):
    """All positions at once: `[B, H, W, channels]`.

    Args:
        shifts: What is added to a layer's outputs, by its name.
        training: Whether dropout is active.
        segments: How segments are run.
    """

    def __init__(self, shifts=None, *, training=False, segments=PLAIN):
        self.shifts = dict(shifts or {})
        self.training = training
        self.segments = segments

    def conv(self, layer, x):
        """Returns the outputs of `layer`, `[B, H, W, O]`."""
        return plus(layer(x), self.shifts.get(layer.name))

    def link(self, layer, shift):
        """Adds `shift` to what `layer`, a layer of pixels, will return."""
        self.shifts[layer.name] = plus(shift, self.shifts.get(layer.name))

    def recur(self, layer, x):
        """Returns the hidden states of `layer`, `[B, H, W, h]`."""
        return layer(x, shift=self.shifts.get(layer.input_to_state.name))

    def lower(self, down, up, body, x):
        """Returns `up(body(scope, down(x)))`, at half the resolution."""
        return self.conv(up, body(self, self.conv(down, x)))


class InitialisingScope(MapScope):
    """A `MapScope` that initialises every layer by what it gets [1].

    References:
        [1] Salimans and Kingma, "Weight Normalization", 2016, Sec. 3.
            https://arxiv.org/abs/1602.07868
    """

    def conv(self, layer, x):
        layer.initialise(x)
        return super().conv(layer, x)


class RowScope(SegmentedScope):
    """One row, for layers that see whole rows: `[W, B, channels]`.

    Args:
        cache: What is known of the rows above, from `first_cache` or
            `finish_row`.
        row: Index of the row, a scalar tensor.
        shifts: By the layer's name, what is added: `[B, O]` or `[W, B, O]`.
        levels: The `Level` of this resolution and the ones below it.
    """

    def __init__(self, cache, row, shifts, levels):
        self.cache = cache
        self.rows = dict(cache["rows"])
        self.lower_cache = cache["lower"]
        self.row = row
        self.shifts = dict(shifts)
        self.levels = levels

    def conv(self, layer, x=None):
        """Returns one row of outputs of `layer`, `[W, B, O]`.

        Args:
            layer: A `ShiftedConv2D`.
            x: The row of its inputs, `[W, B, I]`; `None` for a layer that
                does not see its own row.
        """
        rows = list(self.rows.get(layer.name, ()))
        if layer.sees_own_row:
            x = tf.cast(x, layer.compute_dtype)
            rows.append(x)
            self.push(layer, x)
        outputs = layer.over_rows(rows, layer.effective_kernel())
        return self._shifted(layer, outputs)

    def push(self, layer, row):
        """Makes `row` the last of the rows above that `layer` sees."""
        if layer.rows_above:
            rows = self.rows[layer.name]
            self.rows[layer.name] = _like((*rows[1:], row), rows)

    def link(self, layer, shift):
        """Adds `shift` to what `layer`, a layer of pixels, will return."""
        self.shifts[layer.name] = plus(shift, self.shifts.get(layer.name))

    def lower(self, down, up, body, x):
        """Returns the row of `up(body(scope, down(x)))`.

        A lower row is computed with the first of the two rows that it
        stretches over, and kept for the second.
        """
        x, lower = self.conv(down, x), self.lower_cache

        def first_of_two():
            scope = RowScope(lower, self.row // 2, self.shifts, self.levels[1:])
            this_row, next_row = up.over_row(body(scope, x))
            return this_row, {
                **scope.start_row(),
                "next_row": _like(next_row, lower["next_row"]),
                "below": _array(lower["row_below"]),
            }

        def second_of_two():
            return lower["next_row"], lower

        x, self.lower_cache = tf.cond(
            self.row % 2 == 0, first_of_two, second_of_two
        )
        return x

    def start_row(self, num_colours=1):
        """Returns the cache with the state of a `PixelScope` at column 0."""
        layers = self.levels[0].pixel_layers
        some_row = next(iter(self.rows.values()))[-1]
        width, batch_size = some_row.shape[0], tf.shape(some_row)[1]
        colours = range(num_colours)
        pixels = {
            "above": {
                layer.name: [
                    layer.of_colour(self._above(layer), colour)
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
            "row": {
                layer.name: _array(_zeros(layer, [width, batch_size]))
                for layer in layers
                if layer.rows_above or layer is layers[0]
            },
            "centre": {},
        }
        memories, states = self._start_recurrent(batch_size, num_colours)
        return {
            **self.cache,
            "rows": self.rows,
            "memories": memories,
            "pixels": {**pixels, **states},
            "lower": self.lower_cache,
        }

    def _start_recurrent(self, batch_size, num_colours):
        """Returns the memories and the states of the recurrent layers."""
        memories, above, left, kernels, drawn = {}, {}, {}, {}, {}
        for layer in self.levels[0].recurrent_layers:
            name, colours = layer.name, range(num_colours)
            row_above = self.cache["states"][name]
            memories[name], from_above = layer.from_above(
                row_above, self.cache["memories"][name], self.row
            )
            above[name] = [
                {
                    key: layer.of_colour(tensor, colour)
                    for key, tensor in from_above.items()
                }
                for colour in colours
            ]
            left[name] = layer.first_pixel(batch_size)
            kernels[name] = [layer.left_kernel(colour) for colour in colours]
            drawn[name] = tf.nest.map_structure(_array, row_above)
        return memories, {
            "states_above": above,
            "states_left": left,
            "state_kernels": kernels,
            "states_drawn": drawn,
            "states_centre": {},
        }

    def _above(self, layer):
        """Returns what a layer of pixels gets from the rows above.

        `[W, B, O]`, or `[1, B, O]` or `[O]` where no rows but only a shift and
        the bias are in it.
        """
        outputs = 0.0
        if layer.rows_above:
            kernel = layer.effective_kernel()[: layer.rows_above]
            outputs = layer.over_rows(self.rows[layer.name], kernel)
        return self._shifted(layer, outputs)

    def _shifted(self, layer, outputs):
        if layer.bias is not None:
            outputs += tf.cast(layer.bias, layer.compute_dtype)
        return plus(outputs, self.shifts.get(layer.name))


class PixelScope(SegmentedScope):
    """One colour of one pixel, for layers of pixels: `[B, channels]`.

    Colours are run in their order. Each run computes the filters of its colour
    from the pixels to the left and the colours so far, so that after the last
    one every filter has been computed once.

    Args:
        cache: From `RowScope.start_row`, `unfinished` or `finished`.
        row: Index of the row, a scalar tensor.
        column: Index of the pixel in its row, a scalar tensor.
        colour: Index of the colour, a Python int.
    """

    def __init__(self, cache, row, column, colour=0):
        self.cache = cache
        self.pixels = cache["pixels"]
        self.lower_cache = cache["lower"]
        self.row = row
        self.column = column
        self.colour = colour
        self.centre = dict(self.pixels["centre"])
        self.states = dict(self.pixels["states_centre"])

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
        window = (*self.pixels["left"][name], *self.centre.get(name, ()))
        above = self.pixels["above"][name][self.colour]
        if above.shape.rank == 3:
            # The same for all columns, or a row with one for each.
            is_row = above.shape[0] > 1
            above = above[self.column // layer.strides if is_row else 0]
        if not window:
            return above
        window = window[0] if len(window) == 1 else tf.concat(window, -1)
        return window @ self.pixels["kernels"][name][self.colour] + above

    def recur(self, layer, x):
        """Returns the hidden states of this colour of `layer`, `[B, k]`."""
        name = layer.name
        above = self.pixels["states_above"][name][self.colour]
        hidden, state = layer.step(
            self.conv(layer.input_to_state, x),
            {key: row[self.column] for key, row in above.items()},
            self.pixels["states_left"][name],
            self.pixels["state_kernels"][name][self.colour],
            self.colour,
        )
        self.states[name] = (*self.states.get(name, ()), state)
        return hidden

    def append(self, layer, x):
        """Adds the channels of this colour to the inputs of `layer`."""
        x = tf.cast(x, layer.compute_dtype)
        self.centre[layer.name] = (*self.centre.get(layer.name, ()), x)

    def lower(self, down, up, body, x):
        """Returns the pixel of `up(body(scope, down(x)))`.

        A lower pixel is computed with the first of the four pixels that it
        stretches over, and kept for the others.
        """
        x, lower = self.conv(down, x), self.lower_cache

        def first_of_four():
            scope = PixelScope(lower, self.row // 2, self.column // 2)
            this_row, next_row = up.over_pixel(body(scope, x))
            right = _like((this_row[1], next_row[1]), lower["right"])
            return (
                this_row[0],
                next_row[0],
                {**scope.finished(), "right": right},
            )

        def second_of_four():
            return *lower["right"], lower

        def upper_two():
            here, below, cache = tf.cond(
                self.column % 2 == 0, first_of_four, second_of_four
            )
            below = cache["below"].write(self.column, below)
            return here, {**cache, "below": below}

        def lower_two():
            return lower["row_below"][self.column], lower

        x, self.lower_cache = tf.cond(self.row % 2 == 0, upper_two, lower_two)
        return x

    def unfinished(self):
        """Returns the cache for the next colour of this pixel."""
        pixels = {
            **self.pixels,
            "centre": self.centre,
            "states_centre": self.states,
        }
        return {**self.cache, "pixels": pixels, "lower": self.lower_cache}

    def finished(self):
        """Returns the cache for the first colour of the next pixel."""
        pixel = {
            name: tf.concat(channels, -1)
            for name, channels in self.centre.items()
        }
        left = {
            name: _like((*pixels, pixel[name])[1:], pixels) if pixels else ()
            for name, pixels in self.pixels["left"].items()
        }
        row = {
            name: row.write(self.column, pixel[name])
            for name, row in self.pixels["row"].items()
        }
        pixels = {
            **self.pixels,
            "left": left,
            "row": row,
            "centre": {},
            **self._finished_states(),
        }
        return {**self.cache, "pixels": pixels, "lower": self.lower_cache}

    def _finished_states(self):
        left = {
            name: {
                key: tf.concat([state[key] for state in of_colours], -1)
                for key in of_colours[0]
            }
            for name, of_colours in self.states.items()
        }
        drawn = {
            name: {
                key: row.write(self.column, left[name][key])
                for key, row in rows.items()
            }
            for name, rows in self.pixels["states_drawn"].items()
        }
        return {
            "states_left": _like(left, self.pixels["states_left"]),
            "states_drawn": drawn,
            "states_centre": {},
        }


def first_cache(levels, batch_size, width):
    """Returns the cache before the first row: zeros above it.

    Args:
        levels: The `Level` of each resolution, the highest first.
        batch_size: Number of examples.
        width: Number of columns at the highest resolution.
    """
    rows = {
        layer.name: (_zeros(layer, [width, batch_size]),) * layer.rows_above
        for layer in [*levels[0].row_layers, *levels[0].pixel_layers]
        if layer.rows_above
    }
    lower = {}
    if len(levels) > 1:
        lower = _first_lower_cache(levels[1:], batch_size, width)
    recurrent = {layer.name: layer for layer in levels[0].recurrent_layers}
    return {
        "rows": rows,
        "states": {
            name: layer.first_row(batch_size, width)
            for name, layer in recurrent.items()
        },
        "memories": {
            name: layer.first_memory(batch_size, width)
            for name, layer in recurrent.items()
        },
        "lower": lower,
    }


def _first_lower_cache(levels, batch_size, width):
    """Returns a cache of the structure that `RowScope.lower` needs."""
    up = levels[0].up
    pixel = tf.zeros([batch_size, up.filters], up.compute_dtype)
    row = tf.zeros([width, batch_size, up.filters], up.compute_dtype)
    cache = {
        **first_cache(levels, batch_size, width // 2),
        "next_row": row,
        "right": (pixel, pixel),
        "below": _array(row),
        "row_below": row,
    }
    return RowScope(cache, 0, {}, levels).start_row()


def finish_row(cache, row, levels):
    """Returns the cache with the row that was drawn among the rows above.

    Args:
        cache: From `PixelScope.finished`, after the last column.
        row: Index of the row, a scalar tensor.
        levels: The `Level` of each resolution, the highest first.
    """
    scope = RowScope(cache, row, {}, levels)
    drawn = cache["pixels"]["row"]
    for layer in levels[0].pixel_layers:
        if layer.rows_above:
            scope.push(layer, drawn[layer.name].stack())
    for layer in levels[0].row_layers:
        if not layer.sees_own_row:
            # It reads the input, as the first layer of pixels does.
            inputs = drawn[levels[0].pixel_layers[0].name].stack()
            scope.push(layer, tf.cast(inputs, layer.compute_dtype))
    lower = cache["lower"]
    if lower:
        lower = tf.cond(
            row % 2 == 0,
            lambda: {
                **finish_row(lower, row // 2, levels[1:]),
                "row_below": _like(lower["below"].stack(), lower["row_below"]),
            },
            lambda: lower,
        )
    states = tf.nest.map_structure(
        lambda array, row: tf.ensure_shape(array.stack(), row.shape),
        cache["pixels"]["states_drawn"],
        cache["states"],
    )
    return {**cache, "rows": scope.rows, "states": states, "lower": lower}


def plus(outputs, shift):
    """Returns the outputs plus the shift, if there is one."""
    return outputs if shift is None else outputs + tf.cast(shift, outputs.dtype)


def _like(tensors, others):
    """Returns the tensors with the static shapes of others.

    Loops need them to stay as they are; conditions and arrays forget them.
    """
    return tf.nest.map_structure(
        lambda tensor, other: tf.ensure_shape(tensor, other.shape),
        tensors,
        others,
    )


def _zeros(layer, shape):
    return tf.zeros([*shape, layer.in_channels], layer.compute_dtype)


def _array(row):
    """Returns a `TensorArray` of the pixels of a row `[W, B, ...]`."""
    # Filled from the start: XLA has to know its shape in a `tf.cond`.
    shape = [None, *row.shape[2:]]
    array = tf.TensorArray(row.dtype, row.shape[0], element_shape=shape)
    return array.unstack(row)
