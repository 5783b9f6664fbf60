"""A stack of layers, run for a row: what depends on the rows above alone.

Shapes: B batch, W columns, I input channels, O filters.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.raster.layer import array
from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.segments import SegmentedScope
from tf_autoregressive.layers.shifts import plus
from tf_autoregressive.types import State


class RowScope(SegmentedScope):
    """A run of layers that see whole rows for one row, `[W, B, channels]`.

    Args:
        cache: The states of the rows above, from `RasterStack.first_cache` or
            `end_row`.
        row: Index of the row, a scalar tensor.
        size: `(W, B)`; `W` is an int.
        shifts: By a layer's name, its shift: `[B, O]` or `[1 or W, B, O]`.
        resolutions: The `Resolution` that is run and those below it.
    """

    def __init__(
        self,
        cache: State,
        row: int | tf.Tensor,
        size: Any,
        shifts: Any,
        resolutions: Sequence[Any],
    ) -> None:
        self.cache = cache
        self.above = dict(cache["above"])
        self.lower_cache = cache["lower"]
        self.row = row
        self.size = size
        self.shifts = dict(shifts)
        self.resolutions = resolutions

    def run(self, layer: Any, x: tf.Tensor | None = None) -> Any:
        """Returns a row of outputs of a `RasterLayer`, with its shift.

        Args:
            layer: A layer that ran when the model was built.
            x: The row of its inputs, `[W, B, I]`; `None` for a layer that
                does not see its own row.
        """
        name = layer.name
        if layer.sees_own_row:
            x = tf.cast(x, layer.compute_dtype)
        outputs, self.above[name] = layer.row(
            x, self.above[name], self.shifts.get(name)
        )
        return outputs

    def link(self, layer: Any, shift: tf.Tensor | None) -> None:
        """Adds to the shift of `layer`, a layer of pixels that runs later."""
        self.shifts[layer.name] = plus(shift, self.shifts.get(layer.name))

    def lower(self, down: Any, up: Any, body: Any, x: tf.Tensor) -> Any:
        """Returns the row of `up(body(scope, down(x)))`.

        A lower row is computed with the first of the two rows that it
        stretches over, and kept for the second.
        """
        x, lower = self.run(down, x), self.lower_cache

        def first_of_two():
            # The number of examples is read anew, because the branch of a
            # condition would not know the static shape of a tensor from
            # outside.
            size = (self.size[0] // 2, tf.shape(x)[1])
            scope = RowScope(
                lower,
                self.row // 2,
                size,
                self.shifts,
                self.resolutions[1:],
            )
            this_row, next_row = up.over_row(body(scope, x))
            return this_row, {
                **scope.begin_pixels(),
                "next_row": like(next_row, lower["next_row"]),
                "below": array(lower["row_below"]),
            }

        def second_of_two():
            return lower["next_row"], lower

        x, self.lower_cache = tf.cond(
            self.row % 2 == 0, first_of_two, second_of_two
        )
        return x

    def begin_pixels(self, num_colours: int = 1) -> Any:
        """Returns the cache for a `PixelScope` at column 0."""
        states = {
            layer.name: layer.begin_row(
                self.above[layer.name],
                self.shifts.get(layer.name),
                self.row,
                self.size,
                num_colours,
            )
            for layer in self.resolutions[0].pixel_layers
        }
        return {
            **self.cache,
            "above": self.above,
            "pixels": states,
            "lower": self.lower_cache,
        }
