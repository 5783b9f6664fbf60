"""The layers of a stack, and what they keep of the rows above.

A stack may go down to half the resolution and back (`scope.lower`). A lower
resolution has a cache of its own, inside that of the one above, and runs at
even rows and columns.

Shapes: B batch, W columns, I input channels, O filters.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.layer import array
from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.raster.rows import RowScope
from tf_autoregressive.types import State


class Resolution:
    """The layers of one resolution.

    Attributes:
        row_layers: The layers that `row_stack` runs.
        pixel_layers: The layers that `pixel_stack` runs.
        row_up: The layer that brings rows up from this resolution, `None` at
            full resolution.
        pixel_up: The layer that brings pixels up.
    """

    def __init__(self) -> None:
        self.row_layers = []
        self.pixel_layers = []
        self.row_up = None
        self.pixel_up = None

    @property
    def layers(self) -> Any:
        """The layers of rows and of pixels."""
        return [*self.row_layers, *self.pixel_layers]


class RasterStack:
    """The layers of a stack, as they ran when the model was built.

    Attributes:
        resolutions: A `Resolution` each, the full one first.
    """

    def __init__(self) -> None:
        self.resolutions = [Resolution()]

    @property
    def names(self) -> set[str]:
        """Names of the layers of all resolutions."""
        return {layer.name for r in self.resolutions for layer in r.layers}

    def add(self, layer: Any, part: str, depth: int) -> None:
        """Adds a layer.

        Args:
            layer: A `RasterLayer`.
            part: The stack that runs it: `"rows"` or `"pixels"`.
            depth: Index of the resolution.

        Raises:
            ValueError: If it is not a `RasterLayer`, or a layer of that name
                was added before.
        """
        if not isinstance(layer, RasterLayer):
            raise ValueError(
                "`scope.run` takes a `RasterLayer`; a function of each feature "
                f"alone is called as it is. Received: {layer!r}"
            )
        if layer.name in self.names:
            raise ValueError(
                "`scope.run` must run each layer of a stack once, and layers "
                "must have different names: states go by name. "
                f"Received twice: {layer.name!r}"
            )
        resolution = self.resolutions[depth]
        is_row = part == "rows"
        found = resolution.row_layers if is_row else resolution.pixel_layers
        found.append(layer)

    def add_up(self, up: Any, part: str, depth: int) -> None:
        """Adds the layer that brings `part` up from a resolution."""
        if depth == len(self.resolutions):
            self.resolutions.append(Resolution())
        name = "row_up" if part == "rows" else "pixel_up"
        setattr(self.resolutions[depth], name, up)

    def first_cache(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> State:
        """Returns the cache before the first row.

        Args:
            batch_size: Number of examples.
            width: Number of columns at full resolution.
        """
        return _first_cache(self.resolutions, batch_size, width)

    def end_row(
        self, cache: State, row: int | tf.Tensor, image: tf.Tensor
    ) -> Any:
        """Returns the cache with the row that was drawn among those above.

        Args:
            cache: From `PixelScope.next_pixel`, after the last column.
            row: Index of the row, a scalar tensor.
            image: The row that was drawn, `[W, B, I]`.
        """
        return _end_row(self.resolutions, cache, row, image)


def _first_cache(resolutions, batch_size, width):
    lower = {}
    if len(resolutions) > 1:
        lower = _first_lower_cache(resolutions[1:], batch_size, width)
    return {
        "above": {
            layer.name: layer.first_above(batch_size, width)
            for layer in resolutions[0].layers
        },
        "lower": lower,
    }


def _first_lower_cache(resolutions, batch_size, width):
    """Returns a cache of the structure that `RowScope.lower` needs.

    Args:
        resolutions: The lower resolution and those below it.
        batch_size: Number of examples.
        width: Number of columns of the resolution above.
    """

    def row(up):
        return tf.zeros([width, batch_size, up.filters], up.compute_dtype)

    of_rows, of_pixels = resolutions[0].row_up, resolutions[0].pixel_up
    # A pixel of the lower resolution becomes four: the one that is drawn first,
    # the one to its right, and two in the row below. The cache keeps the last
    # three.
    pixel = row(of_pixels)[0]
    cache = {
        **_first_cache(resolutions, batch_size, width // 2),
        "next_row": row(of_rows),
        "right": (pixel, pixel),
        "below": array(row(of_pixels)),
        "row_below": row(of_pixels),
    }
    size = (width // 2, batch_size)
    return RowScope(cache, 0, size, {}, resolutions).begin_pixels()


def _end_row(resolutions, cache, row, image):
    above = dict(cache["above"])
    for layer in resolutions[0].pixel_layers:
        name = layer.name
        above[name] = layer.end_row(cache["pixels"][name], above[name])
        if not layer.sees_own_pixel:
            above[name] = _observed(layer, image, above[name])
    for layer in resolutions[0].row_layers:
        if not layer.sees_own_row:
            above[layer.name] = _observed(layer, image, above[layer.name])
    lower = cache["lower"]
    if lower:
        # A lower row is done with the first of the two rows that it stretches
        # over; the second reads what is kept of it.
        lower = tf.cond(
            row % 2 == 0,
            lambda: {
                **_end_row(resolutions[1:], lower, row // 2, None),
                "row_below": like(lower["below"].stack(), lower["row_below"]),
            },
            lambda: lower,
        )
    return {**cache, "above": above, "lower": lower}


def _observed(layer, image, above):
    return layer.observe_row(tf.cast(image, layer.compute_dtype), above)
