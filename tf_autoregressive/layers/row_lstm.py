"""The Row LSTM of PixelRNN.

Shapes: B batch, H rows, W columns, I input channels, h units.
"""

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.layers.pixel_lstm import PixelLSTM
from tf_autoregressive.layers.pixel_lstm import lstm
from tf_autoregressive.layers.scan import scan
from tf_autoregressive.layers.shifted_conv import ShiftedConv2D


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
        >>> import numpy as np
        >>> layer = RowLSTM([0] * 3, [0] * 5)
        >>> tuple(layer(np.zeros((2, 4, 6, 3), "float32")).shape)
        (2, 4, 6, 5)

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016.
            https://arxiv.org/abs/1601.06759
    """

    def __init__(self, in_colours, out_colours, *, kernel_size=3, **kwargs):
        super().__init__(
            in_colours, out_colours, input_size=kernel_size, **kwargs
        )
        self.kernel_size = kernel_size
        self.state_to_state = ShiftedConv2D(
            4 * self.units,
            (1, kernel_size),
            above=0,
            left=kernel_size // 2,
            use_bias=False,
            dtype="float32",
            name=f"{self.name}_state_to_state",
        )

    def build(self, input_shape):
        super().build(input_shape)
        self.state_to_state.build((*input_shape[:-1], self.units))

    def recurrence(self, gates):
        gates = ops.cast(gates, "float32")
        batch_size, _, width, _ = ops.shape(gates)

        def next_row(states, gates_of_row):
            hidden, cell = states
            from_above = self.state_to_state(hidden[:, None])[:, 0]
            return lstm(gates_of_row + from_above, cell)

        first = tuple(
            ops.broadcast_to(state[:, None], (batch_size, width, self.units))
            for state in self._first_states(batch_size, 0)
        )
        hidden, _ = scan(next_row, first, ops.transpose(gates, (1, 0, 2, 3)))
        return ops.cast(ops.transpose(hidden, (1, 0, 2, 3)), self.compute_dtype)

    def first_pixel(self, batch_size):
        hidden, cell = self._first_states(batch_size, 0)
        return {"hidden": hidden, "cell": cell}

    def from_above(self, row_above, memory, row):
        gates = self.state_to_state.over_rows(
            [row_above["hidden"]], self.state_to_state.effective_kernel()
        )
        return memory, {"gates": gates, "cell": row_above["cell"]}

    def step(self, gates, above, left, kernel, colour):
        gates = tf.cast(gates, "float32") + above["gates"]
        hidden, cell = lstm(gates, above["cell"])
        return hidden, {"hidden": hidden, "cell": cell}

    def get_config(self):
        return {**super().get_config(), "kernel_size": self.kernel_size}
