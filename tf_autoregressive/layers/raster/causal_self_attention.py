"""Causal self-attention over an image: maps, or pixels at a time.

Shapes: B batch, H rows, W columns, K colours, D input channels of a colour.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers.lstm import sizes
from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.sequence.causal_self_attention import (
    CausalSelfAttention,
)
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CausalSelfAttention2D(RasterLayer, keras.layers.Layer):
    """`CausalSelfAttention` over the pixels of an image in raster order.

    A pixel has as many steps as it has colours that are drawn one after the
    other. A step attends to itself and to the steps before it: the outputs of
    a pixel and colour depend on what the layer gets of earlier pixels, and of
    the same and earlier colours of its own.

    Drawing makes a block of each row. The layer adds no shift.

    Args:
        units: Number of output channels of a colour.
        num_heads: Number of heads.
        window: Number of steps that a step sees, itself included: `H * W * K`
            for all of them.
        num_colours: `K`.
        stride: Distance of the steps that are seen.
        key_units: Number of channels of the keys; `None` for `units`.
        dropout: Share of the softmax's results that is set to zero in training,
            where a stack runs the layer.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, K * D]` or `[B, H, W, K, D]`, float, with
        `D = 2 * key_units + units`: the queries, keys and values of a colour,
        then those of the next.

    Output shape:
        The same, with `units` in the place of `D`, in the compute dtype.

    Raises:
        ValueError: As `CausalSelfAttention` does, or if the inputs do not have
            the channels of all colours.

    References:
        [1] Chen et al., "PixelSNAIL: An Improved Autoregressive Generative
            Model", 2018, Sec. 2.2. https://arxiv.org/abs/1712.09763
    """

    def __init__(
        self,
        units: int,
        num_heads: int,
        window: int,
        *,
        num_colours: int = 1,
        stride: int = 1,
        key_units: int | None = None,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.units = checked_count("units", units)
        self.num_colours = checked_count("num_colours", num_colours)
        self.attention = CausalSelfAttention(
            units,
            num_heads,
            window,
            stride=stride,
            key_units=key_units,
            dropout=dropout,
            dtype=self.dtype_policy,
            name=f"{self.name}_steps",
        )

    @property
    def in_channels(self) -> int:
        """Number of input channels of a colour, `D`."""
        return self.attention.in_channels

    def build(self, input_shape: Sequence[Any]) -> None:
        self._check_inputs(input_shape)
        self.attention.build((None, None, self.in_channels))

    def _check_inputs(self, input_shape):
        colours, channels = self.num_colours, self.in_channels
        of_pixel = tuple(input_shape[3:])
        if of_pixel not in ((colours * channels,), (colours, channels)):
            raise ValueError(
                f"`inputs` must have shape [B, H, W, {colours * channels}] or "
                f"[B, H, W, {colours}, {channels}]: {channels} channels of "
                f"queries, keys and values for each of num_colours={colours}. "
                f"Received shape {tuple(input_shape)}"
            )

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        channels = input_shape[-1] // self.in_channels * self.units
        return (*input_shape[:-1], channels)

    def map_in_training(
        self, x: tf.Tensor, shift: tf.Tensor | None, drop: Any
    ) -> tf.Tensor:
        return self(x, drop=drop)

    def call(self, inputs: tf.Tensor, drop: Any = None) -> tf.Tensor:
        # Keras builds a layer once, whatever comes later.
        self._check_inputs(inputs.shape)
        *axes, channels = sizes(inputs)
        steps = axes[1] * axes[2] * self.num_colours
        outputs = self.attention(
            tf.reshape(inputs, [axes[0], steps, self.in_channels]), drop=drop
        )
        channels = channels // self.in_channels * self.units
        return tf.reshape(outputs, [*axes, channels])

    def first_above(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> State:
        return self.attention.first_state(batch_size, width)

    def begin_row(
        self,
        above: State,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> State:
        num_steps = size[0] * num_colours
        first = row * num_steps
        return {
            "steps": self.attention.opened(above, first, num_steps),
            "time": tf.convert_to_tensor(first),
        }

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> tuple[tf.Tensor, State]:
        outputs, steps = self.attention.step(x, state["steps"], state["time"])
        return outputs, {"steps": steps, "time": state["time"] + 1}

    def end_row(self, state: State, above: State) -> State:
        return self.attention.closed(state["steps"], state["time"])

    def get_config(self) -> dict[str, Any]:
        config = self.attention.get_config()
        names = (
            *("units", "num_heads", "window", "stride", "key_units"),
            "dropout",
        )
        return {
            **super().get_config(),
            **{name: config[name] for name in names},
            "num_colours": self.num_colours,
        }
