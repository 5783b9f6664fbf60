"""The Row LSTM of PixelRNN.

Shapes: B batch, H rows, W columns, I input channels, h units.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.layers.lstm import lstm
from tf_autoregressive.layers.lstm import lstm_lines
from tf_autoregressive.layers.lstm import neighbours
from tf_autoregressive.layers.raster.pixel_lstm import PixelLSTM


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class RowLSTM(PixelLSTM):
    """An LSTM that goes down the rows of a map [1, Sec. 3.1].

        [o, f, i, g] = conv[1, k, mask B](x)[r] + conv[1, k](h[r - 1])
        c[r], h[r] = lstm([o, f, i, g], c[r - 1])

    The convolution of the inputs sees its own row up to the pixel; that of the
    states sees the row above on both sides, without a mask, for all of it is
    in the past. So one layer sees a triangle above the pixel, a column wider
    on either side with every row up (`k // 2` columns).

    Args:
        in_colours: int `[I]`, ascending: the colour of each input channel.
        out_colours: int `[h]`, ascending: the colour of each unit.
        kernel_size: `k`, odd.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, I]`, float.

    Output shape:
        `[B, H, W, h]`, in the compute dtype.

    Raises:
        ValueError: If the kernel is even or the colours are not ascending.

    Example:
        >>> layer = RowLSTM([0] * 3, [0] * 5)
        >>> tuple(layer(tf.zeros((2, 4, 6, 3))).shape)
        (2, 4, 6, 5)

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016.
            https://arxiv.org/abs/1601.06759
    """

    def __init__(
        self,
        in_colours: Sequence[int] | np.ndarray,
        out_colours: Sequence[int] | np.ndarray,
        *,
        kernel_size: int = 3,
        **kwargs: Any,
    ) -> None:
        kernel_size = checked_odd("kernel_size", kernel_size)
        super().__init__(
            in_colours,
            out_colours,
            input_size=kernel_size,
            num_taps=kernel_size,
            num_directions=1,
            **kwargs,
        )
        self.kernel_size = kernel_size
        self.offsets = range(-(kernel_size // 2), kernel_size // 2 + 1)

    def recurrence(self, gates: tf.Tensor) -> Any:
        gates = tf.transpose(tf.cast(gates, tf.float32), [1, 0, 2, 3])
        gates = tf.expand_dims(gates, 1)
        nothing = tf.zeros_like(gates[0, ..., : self.units])
        # Above the first row, every pixel has the first state.
        states = [
            nothing + first[:, None, None]
            for first in (self.first_hidden, self.first_cell)
        ]
        hidden, _ = lstm_lines(
            gates,
            tf.convert_to_tensor(self.kernel),
            states,
            tf.zeros([gates.shape[0], 1, 1, 1, 1]),
            self.offsets,
        )
        hidden = tf.transpose(tf.squeeze(hidden, 1), [1, 0, 2, 3])
        return tf.cast(hidden, self.compute_dtype)

    def first_pixel(self, batch_size: int | tf.Tensor) -> Any:
        hidden, cell = self._first_states(batch_size, 0)
        return {"hidden": hidden, "cell": cell}

    def from_above(
        self, row_above: tf.Tensor, memory: Any, row: int | tf.Tensor
    ) -> Any:
        seen = neighbours(row_above["hidden"], self.offsets, axis=0)
        gates = tf.tensordot(seen, self.kernel[0], 1)
        return memory, {"gates": gates, "cell": row_above["cell"]}

    def step(
        self,
        gates: tf.Tensor,
        above: Any,
        left: Any,
        kernel: tf.Tensor,
        colour: int,
    ) -> Any:
        gates = tf.cast(gates, "float32") + above["gates"]
        hidden, cell = lstm(gates, above["cell"])
        return hidden, {"hidden": hidden, "cell": cell}

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "kernel_size": self.kernel_size}
