"""A stack of layers, run for all positions of a map at once.

Shapes: B batch, H rows, W columns, I input channels, O filters.
"""

import copy
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.segments import PLAIN
from tf_autoregressive.layers.segments import SegmentedScope
from tf_autoregressive.layers.shifts import plus


class MapScope(SegmentedScope):
    """A run of a stack for all positions at once, `[B, H, W, channels]`.

    Args:
        shifts: By a layer's name, its shift: `[B, 1 or H, 1 or W, channels]`.
        training: Whether dropout is active.
        segments: The way in which segments are run.
    """

    def __init__(
        self,
        shifts: Any = None,
        *,
        training: bool = False,
        segments: Any = PLAIN,
    ) -> None:
        self.shifts = dict(shifts or {})
        self.training = training
        self.segments = segments

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        """Returns the outputs of a `RasterLayer`, with its shift.

        Args:
            layer: A layer that no other part of the stack runs.
            x: Its inputs: `[B, H, W, I]`; of a row `[W, B, I]`, of a pixel
                `[B, I]`. Where the inputs are the image, `None` except on maps.
        """
        shift = self.shifts.get(layer.name)
        if self.training:
            return layer.map_in_training(x, shift, self.dropout)
        return layer.map(x, shift)

    def begin_pixels(self) -> None:
        """Says that the layers which run from now on are layers of pixels."""

    def link(self, layer: Any, shift: tf.Tensor | None) -> None:
        """Adds to the shift of `layer`, a layer of pixels that runs later."""
        self.shifts[layer.name] = plus(shift, self.shifts.get(layer.name))

    def lower(self, down: Any, up: Any, body: Any, x: tf.Tensor) -> Any:
        """Returns `up(body(scope, down(x)))`, at half the resolution.

        Args:
            down: A `RasterLayer` with a stride of 2.
            up: An `UpsamplingConv2D`.
            body: Returns what runs at the lower resolution, from a scope and
                inputs.
            x: Inputs of `down`.
        """
        return self.run(up, body(self, self.run(down, x)))


class InitialisingScope(MapScope):
    """A `MapScope` that initialises every layer by what it gets [1].

    References:
        [1] Salimans and Kingma, "Weight Normalization", 2016, Sec. 3.
            https://arxiv.org/abs/1602.07868
    """

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        layer.initialise(x)
        return super().run(layer, x)


class RecordingScope(MapScope):
    """A `MapScope` that writes down which layers run where.

    Args:
        stack: The `RasterStack` to write to.
        **kwargs: Passed to `MapScope`.
    """

    def __init__(self, stack: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stack = stack
        self.part = "rows"
        self.depth = 0

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        self.stack.add(layer, self.part, self.depth)
        return super().run(layer, x)

    def begin_pixels(self) -> None:
        self.part = "pixels"

    def lower(self, down: Any, up: Any, body: Any, x: tf.Tensor) -> Any:
        x = self.run(down, x)
        # The copy counts a depth of its own, and writes to the same stack.
        lower = copy.copy(self)
        lower.depth += 1
        self.stack.add_up(up, self.part, lower.depth)
        # `run` would record it among the layers of a resolution as well.
        return up.map(body(lower, x))
