"""Positions of pixels, as channels beside their features.

Shapes: B batch, H rows, W columns, K colours, n channels of a colour.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.layers.lstm import sizes
from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.steps import joined
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Background(RasterLayer, keras.layers.Layer):
    """Adds two channels to each colour: its distances from the centre [1].

        (i - H / 2) / H,  (j - W / 2) / W

    The layer adds no shift.

    Args:
        num_colours: `K`.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, K * n]`, float.

    Output shape:
        `[B, H, W, K * (n + 2)]`.

    References:
        [1] Chen et al., "PixelSNAIL: An Improved Autoregressive Generative
            Model", 2018, and the code of its authors.
            https://arxiv.org/abs/1712.09763
    """

    def __init__(self, num_colours: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.num_colours = num_colours

    def build(self, input_shape: Sequence[Any]) -> None:
        height, width = input_shape[1:3]
        # They follow from the size of the image, so they are not a weight,
        # which files of weights would hold.
        places = np.indices((height, width)).astype("float32")
        places /= np.array([height, width], "float32")[:, None, None]
        self.places = np.moveaxis(places - 0.5, 0, -1)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], input_shape[-1] + 2 * self.num_colours)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        places = tf.cast(self.places, inputs.dtype)
        places = tf.tile(places, [1, 1, self.num_colours])
        shape = [sizes(inputs)[0], *places.shape]
        places = tf.broadcast_to(places, shape)
        return joined([inputs, places], self.num_colours)

    def begin_row(
        self,
        above: State,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> State:
        places = tf.constant(self.places, self.compute_dtype)[row]
        return tf.repeat(places[:, None], size[1], axis=1)

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> tuple[tf.Tensor, State]:
        return tf.concat([x, state[column]], axis=-1), state

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_colours": self.num_colours}
