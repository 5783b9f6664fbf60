"""Inputs of a step of an image: the value before, and its position.

Shapes: B batch, H rows, W columns, C channels, K colours, F units.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.raster.steps import colours_apart
from tf_autoregressive.layers.raster.steps import step_before
from tf_autoregressive.types import State

_STDDEV = 0.02


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class StepEmbedding(RasterLayer, keras.layers.Layer):
    """Embeds the step before in raster order, and adds learned positions.

        outputs[i, j, k] = W x_before + row[i] + column[j] + colour[k]

    `x_before` are the values of the step before, which is the colour or the
    pixel before; they are zero for the first step of all [1]. Positions are
    sums, as in [2].

    Args:
        units: `F`.
        num_colours: `K`, the number of steps in which a pixel is drawn.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, C]`, float: the image.

    Output shape:
        `[B, H, W, K, F]`, in the compute dtype. Its shift has `K * F` channels.

    References:
        [1] Chen et al., "Generative Pretraining from Pixels", 2020.
            https://proceedings.mlr.press/v119/chen20s.html
        [2] Child et al., "Generating Long Sequences with Sparse Transformers",
            2019, Sec. 5.3. https://arxiv.org/abs/1904.10509
    """

    sees_own_pixel = False

    def __init__(self, units: int, num_colours: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.units = units
        self.num_colours = num_colours
        self.values = keras.layers.Dense(
            units,
            use_bias=False,
            dtype=self.dtype_policy,
            name=f"{self.name}_values",
        )

    @property
    def shift_channels(self) -> int:
        return self.num_colours * self.units

    def build(self, input_shape: Sequence[Any]) -> None:
        *_, height, width, channels = input_shape
        self.step_size = channels // self.num_colours
        self.values.build((None, self.step_size))
        self.rows, self.columns, self.colours = (
            self.add_weight(
                name=name,
                shape=(number, self.units),
                initializer=keras.initializers.RandomNormal(stddev=_STDDEV),
            )
            for name, number in (
                ("rows", height),
                ("columns", width),
                ("colours", self.num_colours),
            )
        )

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], self.num_colours, self.units)

    def call(
        self, inputs: tf.Tensor, shift: tf.Tensor | None = None
    ) -> tf.Tensor:
        before = step_before(inputs, self.num_colours)
        outputs = self.values(colours_apart(before, self.num_colours))
        outputs += self._places(self._cast(self.rows)[:, None])
        if shift is None:
            return outputs
        shift = colours_apart(shift, self.num_colours)
        return outputs + tf.cast(shift, outputs.dtype)

    def _cast(self, weight):
        return tf.cast(weight, self.compute_dtype)

    def _places(self, rows):
        """Returns `[..., W, K, F]` for rows `[..., 1, F]`."""
        places = (rows + self._cast(self.columns))[..., None, :]
        return places + self._cast(self.colours)

    def map(self, x: tf.Tensor, shift: tf.Tensor | None = None) -> tf.Tensor:
        return self(x, shift=shift)

    def first_above(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> State:
        return tf.zeros([batch_size, self.step_size], self.compute_dtype)

    def begin_row(
        self,
        above: State,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> State:
        places = self._places(self._cast(self.rows)[row][None])[:, None]
        if shift is not None:
            places += self._cast(colours_apart(shift, self.num_colours))
        return {"before": above, "places": places}

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> tuple[tf.Tensor, State]:
        embedded = self.values(state["before"])
        return embedded + state["places"][column, :, colour], state

    def observe(self, x: tf.Tensor, state: State) -> State:
        return {**state, "before": like(x, state["before"])}

    def end_row(self, state: State, above: State) -> State:
        return like(state["before"], above)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "num_colours": self.num_colours,
        }
