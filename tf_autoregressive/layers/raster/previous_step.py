"""Layers of the step before, in raster order: its features, or its values.

Shapes: B batch, H rows, W columns, K colours, n channels of a colour.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.raster.steps import step_before
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PreviousFeatures(RasterLayer, keras.layers.Layer):
    """Features of the step before, which is the colour or the pixel before.

    The first colour of a pixel gets the last one of the pixel before, and the
    first pixel of a row the last one of the row above. The first step of all
    gets zeros. The layer adds no shift.

    Args:
        num_colours: `K`.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, K * n]`, float.

    Output shape:
        The same.
    """

    def __init__(self, num_colours: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_colours = num_colours

    def build(self, input_shape: Sequence[Any]) -> None:
        self.filters = input_shape[-1]

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        return step_before(inputs, self.num_colours)

    def first_above(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> State:
        channels = self.filters // self.num_colours
        return tf.zeros([batch_size, channels], self.compute_dtype)

    def begin_row(
        self,
        above: State,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> State:
        return above

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> tuple[tf.Tensor, State]:
        return state, like(x, state)

    def end_row(self, state: State, above: State) -> State:
        return like(state, above)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_colours": self.num_colours}


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PreviousValues(PreviousFeatures):
    """The values of the image at the step before, as `PreviousFeatures`."""

    sees_own_pixel = False

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> tuple[tf.Tensor, State]:
        return state, state

    def observe(self, x: tf.Tensor, state: State) -> State:
        return like(x, state)
