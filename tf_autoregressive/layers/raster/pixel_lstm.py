"""The base class of the LSTM layers of PixelRNN.

Shapes: B batch, H rows, W columns, I input channels, h units, K colours.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.layer import array
from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.raster.masked_conv import MaskedConv2D
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PixelLSTM(RasterLayer, keras.layers.Layer):
    """An LSTM over the pixels of a map: input-to-state, then a recurrence.

        [o, f, i, g] = input_to_state(x) + state-to-state
        c = sigmoid(f) * c_before + sigmoid(i) * tanh(g)
        h = sigmoid(o) * tanh(c)                               [1, Eqs. 1 to 3]

    The input-to-state part is one masked convolution of the whole map. Each
    gate has the units of every colour, so that a unit's state sees the same
    and earlier colours of its pixel only; of earlier pixels it sees all.

    Where there is no earlier pixel, the state is a learned one.

    Args:
        in_colours: int `[I]`, ascending: the colour of each input channel.
        out_colours: int `[h]`, ascending: the colour of each unit.
        input_size: Width of the input-to-state kernel.
        num_taps: Number of earlier pixels whose states a pixel sees directly.
        num_directions: Number of recurrences over the same input.
        **kwargs: Passed to `keras.layers.Layer`.

    Raises:
        ValueError: If the colours are not ascending.

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016,
            Sec. 3. https://arxiv.org/abs/1601.06759
        Deviation: the biases of the forget gates begin at 1, so that a new
            network remembers.
    """

    def __init__(
        self,
        in_colours: Sequence[int] | np.ndarray,
        out_colours: Sequence[int] | np.ndarray,
        *,
        input_size: int,
        num_taps: int,
        num_directions: int,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.in_colours = np.asarray(in_colours, "int32")
        self.out_colours = np.asarray(out_colours, "int32")
        if (np.diff(self.out_colours) < 0).any():
            raise ValueError(
                "`out_colours` must be ascending. "
                f"Received: out_colours={self.out_colours.tolist()}"
            )
        self.num_taps = num_taps
        self.num_directions = num_directions
        self.input_to_state = MaskedConv2D(
            self.in_colours,
            # Channels are split by direction, then by gate, so each part has
            # all colours.
            np.tile(self.out_colours, 4 * num_directions),
            (1, input_size),
            bias_initializer=keras.initializers.Constant(
                np.tile(
                    # The second of the four gates is the forget gate.
                    np.repeat([0.0, 1.0, 0.0, 0.0], self.units),
                    num_directions,
                )
            ),
            dtype=self.dtype_policy,
            name=f"{self.name}_input_to_state",
        )

    @property
    def units(self) -> int:
        """Number of units `h` of a direction."""
        return len(self.out_colours)

    @property
    def shift_channels(self) -> int:
        """Number of channels of the shift, which is added to the gates."""
        return self.input_to_state.filters

    def build(self, input_shape: Sequence[Any]) -> None:
        self.input_to_state.build(input_shape)
        self.kernel = self.add_weight(
            name="kernel",
            shape=(
                self.num_directions,
                self.num_taps * self.units,
                4 * self.units,
            ),
            initializer=keras.initializers.VarianceScaling(
                # Keras counts the directions as inputs too.
                scale=self.num_directions,
                mode="fan_in",
                distribution="uniform",
            ),
            autocast=False,
        )
        for name in ("hidden", "cell"):
            weight = self.add_weight(
                name=f"first_{name}",
                shape=(self.num_directions, self.units),
                initializer="zeros",
                # States are float32 under every policy.
                autocast=False,
            )
            setattr(self, f"first_{name}", weight)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], self.units)

    def call(
        self, inputs: tf.Tensor, shift: tf.Tensor | None = None
    ) -> tf.Tensor:
        gates = self.input_to_state(inputs)
        if shift is not None:
            gates += ops.cast(shift, gates.dtype)
        return self.recurrence(gates)

    def recurrence(self, gates: tf.Tensor) -> Any:
        """Returns the hidden states `[B, H, W, h]` of a whole map.

        Args:
            gates: `[B, H, W, 4 * num_directions * h]`, what the input adds to
                the gates.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `recurrence`")

    def map(self, x: tf.Tensor, shift: tf.Tensor | None = None) -> Any:
        return self(x, shift=shift)

    # The methods of drawing follow. This class handles states in the same way
    # for all recurrences; each recurrence says in its own methods what they
    # hold.

    def first_above(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> Any:
        return {
            "input": self.input_to_state.first_above(batch_size, width),
            "states": self.first_row(batch_size, width),
            "memory": self.first_memory(batch_size, width),
        }

    def begin_row(
        self,
        above: Any,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> Any:
        colours = range(num_colours)
        memory, from_above = self.from_above(
            above["states"], above["memory"], row
        )
        return {
            "input": self.input_to_state.begin_row(
                above["input"], shift, row, size, num_colours
            ),
            # The units of each colour are gathered once a row, not at every
            # pixel.
            "above": [
                {
                    name: self.of_colour(tensor, colour)
                    for name, tensor in from_above.items()
                }
                for colour in colours
            ],
            "kernels": [self.left_kernel(colour) for colour in colours],
            "left": self.first_pixel(size[1]),
            "row": tf.nest.map_structure(array, above["states"]),
            "memory": memory,
            "here": (),
        }

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> Any:
        gates, of_input = self.input_to_state.pixel(
            x, state["input"], column, colour
        )
        hidden, states = self.step(
            gates,
            {name: row[column] for name, row in state["above"][colour].items()},
            state["left"],
            state["kernels"][colour],
            colour,
        )
        return hidden, {
            **state,
            "input": of_input,
            "here": (*state["here"], states),
        }

    def end_pixel(self, state: State, column: int | tf.Tensor) -> Any:
        pixel = {
            name: tf.concat([states[name] for states in state["here"]], -1)
            for name in state["left"]
        }
        return {
            **state,
            "input": self.input_to_state.end_pixel(state["input"], column),
            "left": like(pixel, state["left"]),
            "row": {
                name: row.write(column, pixel[name])
                for name, row in state["row"].items()
            },
            "here": (),
        }

    def end_row(self, state: State, above: Any) -> Any:
        rows = {name: row.stack() for name, row in state["row"].items()}
        return {
            "input": self.input_to_state.end_row(
                state["input"], above["input"]
            ),
            "states": like(rows, above["states"]),
            "memory": state["memory"],
        }

    def first_row(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> Any:
        """Returns the row above the first, a nest of `[W, B, ...]`."""
        return as_row(self.first_pixel(batch_size), width)

    def first_pixel(self, batch_size: int | tf.Tensor) -> Any:
        """Returns the pixel left of the first, a nest of `[B, ...]`."""
        raise NotImplementedError(f"{type(self).__name__} has no `first_pixel`")

    def first_memory(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> Any:
        """Returns the memory of the first row, a nest of `[W, B, ...]`."""
        return {}

    def from_above(
        self, row_above: tf.Tensor, memory: Any, row: int | tf.Tensor
    ) -> Any:
        """Returns `(memory, above)` of a new row.

        Args:
            row_above: The pixels of the row above, a nest of `[W, B, ...]`.
            memory: Memory of the row above, as from `first_memory`.
            row: Index of the new row, a scalar tensor.

        Returns:
            The new memory, and what the pixels of the row get from above, a
            nest of `[W, B, ...]` whose last axes are those of `h` or `4h`.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `from_above`")

    def left_kernel(self, colour: int) -> Any:
        """Returns the kernel of `step` for the pixel to the left."""
        return ()

    def step(
        self,
        gates: tf.Tensor,
        above: Any,
        left: Any,
        kernel: tf.Tensor,
        colour: int,
    ) -> tuple[tf.Tensor, State]:
        """Returns the units of a colour, and its share of the pixel.

        Args:
            gates: `[B, 4 * num_directions * k]`, from the input, for the `k`
                units of the colour.
            above: The pixel's column of what `from_above` returned, for the
                units of the colour.
            left: The pixel to the left, all units.
            kernel: From `left_kernel`.
            colour: The colour, a Python int.

        Returns:
            Hidden states `[B, k]`, and a nest of `[..., k]` which, with those
            of the other colours, makes up the pixel.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `step`")

    def of_colour(self, tensor: tf.Tensor, colour: int) -> Any:
        """Returns the units of a colour out of `[..., h]` or `[..., 4h]`."""
        mine = np.flatnonzero(self.out_colours == colour)
        if len(mine) == self.units:
            return tensor
        groups = tensor.shape[-1] // self.units
        chosen = (np.arange(groups)[:, None] * self.units + mine).ravel()
        return tf.gather(tensor, chosen, axis=-1)

    def _first_states(self, batch_size, direction):
        """Returns the first hidden and cell states of a direction, `[B, h]`."""
        return tuple(
            tf.repeat(
                ops.cast(first, "float32")[None, direction], batch_size, 0
            )
            for first in (self.first_hidden, self.first_cell)
        )

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "in_colours": self.in_colours.tolist(),
            "out_colours": self.out_colours.tolist(),
        }


def as_row(pixel: tf.Tensor, width: int | tf.Tensor) -> Any:
    """Returns a nest of `[W, B, ...]`: a nest of `[B, ...]`, repeated."""
    return tf.nest.map_structure(
        lambda tensor: tf.repeat(tensor[None], width, axis=0), pixel
    )
