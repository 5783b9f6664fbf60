"""A stack of layers, run for one colour of one pixel.

Shapes: B batch, I input channels, O filters of a colour.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.segments import SegmentedScope
from tf_autoregressive.types import State


class PixelScope(SegmentedScope):
    """A run of layers of pixels for one colour of one pixel, `[B, channels]`.

    Colours are run in their order. Each run computes the filters of its colour
    from the pixels to the left and the colours so far, so that after the last
    one every filter has been computed once.

    Args:
        cache: From `RowScope.begin_pixels`, `next_colour` or `next_pixel`.
        row: Index of the row, a scalar tensor.
        column: Index of the pixel in its row, a scalar tensor.
        colour: Index of the colour, a Python int.
        resolutions: The `Resolution` that is run and those below it.
    """

    def __init__(
        self,
        cache: State,
        row: int | tf.Tensor,
        column: int | tf.Tensor,
        colour: int,
        resolutions: Sequence[Any],
    ) -> None:
        self.cache = cache
        self.states = dict(cache["pixels"])
        self.lower_cache = cache["lower"]
        self.row = row
        self.column = column
        self.colour = colour
        self.resolutions = resolutions

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        """Returns the outputs of a `RasterLayer` of this colour, `[B, O]`.

        Args:
            layer: A layer that ran when the model was built.
            x: The channels of this colour of its inputs, `[B, I]`; `None` for
                a layer that does not see its own pixel.
        """
        name = layer.name
        if layer.sees_own_pixel:
            x = tf.cast(x, layer.compute_dtype)
        outputs, self.states[name] = layer.pixel(
            x, self.states[name], self.column, self.colour
        )
        return outputs

    def lower(self, down: Any, up: Any, body: Any, x: tf.Tensor) -> Any:
        """Returns the pixel of `up(body(scope, down(x)))`.

        A lower pixel is computed with the first of the four pixels that it
        stretches over, and kept for the others.
        """
        x, lower = self.run(down, x), self.lower_cache

        def first_of_four():
            scope = PixelScope(
                lower,
                self.row // 2,
                self.column // 2,
                self.colour,
                self.resolutions[1:],
            )
            this_row, next_row = up.over_pixel(body(scope, x))
            right = like((this_row[1], next_row[1]), lower["right"])
            return (
                this_row[0],
                next_row[0],
                {**scope.next_pixel(), "right": right},
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

    def observe(self, x: tf.Tensor) -> State:
        """Shows layers that read the image what was drawn.

        Args:
            x: The channels of this colour, `[B, I]`.
        """
        for layer in self.resolutions[0].pixel_layers:
            if not layer.sees_own_pixel:
                self.states[layer.name] = layer.observe(
                    tf.cast(x, layer.compute_dtype), self.states[layer.name]
                )

    def next_colour(self) -> Any:
        """Returns the cache for the next colour of this pixel."""
        return {
            **self.cache,
            "pixels": self.states,
            "lower": self.lower_cache,
        }

    def next_pixel(self) -> Any:
        """Returns the cache for the first colour of the next pixel."""
        self.states = {
            layer.name: layer.end_pixel(self.states[layer.name], self.column)
            for layer in self.resolutions[0].pixel_layers
        }
        return self.next_colour()
