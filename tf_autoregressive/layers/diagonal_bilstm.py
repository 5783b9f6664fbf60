"""The Diagonal BiLSTM of PixelRNN.

Shapes: B batch, H rows, W columns, N = H + W - 1 diagonals, I input channels,
h units. The axis of two is that of the directions: to the right, to the left.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_autoregressive.layers.pixel_lstm import PixelLSTM
from tf_autoregressive.layers.pixel_lstm import lstm
from tf_autoregressive.layers.scan import scan


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class DiagonalBiLSTM(PixelLSTM):
    """Two LSTMs that go down a map along its diagonals [1, Sec. 3.3].

        [o, f, i, g] = conv[1, mask B](x)[r, c] + a h[r - 1, c] + b h[r, c - 1]
        c[r, c], h[r, c] = lstm([o, f, i, g], c[r, c - 1])

    from the upper left, and the same from the upper right, with weights of its
    own. The second one is moved down by a row before the two are added: a
    pixel sees all earlier pixels and none to its right.

    All pixels of a diagonal are computed at once, in `H + W - 1` steps.

    Args:
        in_colours: int `[I]`, ascending: the colour of each input channel.
        out_colours: int `[h]`, ascending: the colour of each unit.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, I]`, float.

    Output shape:
        `[B, H, W, h]`, in the compute dtype.

    Raises:
        ValueError: If the colours are not ascending.

    Example:
        >>> layer = DiagonalBiLSTM([0] * 3, [0] * 5)
        >>> tuple(layer(np.zeros((2, 4, 6, 3), "float32")).shape)
        (2, 4, 6, 5)

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016.
            https://arxiv.org/abs/1601.06759
        Deviation: the states before the first pixel of every row are learned;
            nothing is computed outside of the map.
    """

    def __init__(self, in_colours, out_colours, **kwargs):
        super().__init__(in_colours, out_colours, num_directions=2, **kwargs)

    def build(self, input_shape):
        super().build(input_shape)
        # Of the state above, then of the one to the side.
        self.kernel = self.add_weight(
            name="kernel",
            shape=(2, 2 * self.units, 4 * self.units),
            initializer=keras.initializers.VarianceScaling(
                # Keras takes the axis of directions for inputs too.
                scale=2.0,
                mode="fan_in",
                distribution="uniform",
            ),
        )

    def recurrence(self, gates):
        gates = ops.cast(gates, "float32")
        to_right, to_left = ops.split(gates, 2, axis=-1)
        gates = skewed(ops.stack([to_right, ops.flip(to_left, axis=2)]))
        hidden = self._along_diagonals(gates, width=to_right.shape[2])
        to_right, to_left = ops.unstack(hidden)
        to_left = ops.flip(to_left, axis=2)
        moved_down = ops.pad(to_left[:, :-1], [[0, 0], [1, 0], [0, 0], [0, 0]])
        return ops.cast(to_right + moved_down, self.compute_dtype)

    def _along_diagonals(self, gates, width):
        """Returns `[2, B, H, W, h]` from gates `[N, 2, B, H, 4h]`."""
        kernel = ops.cast(self.kernel, "float32")
        height = gates.shape[3]
        first_hidden, first_cell = (
            ops.cast(first, "float32")[:, None, None]
            for first in (self.first_hidden, self.first_cell)
        )
        shape = (*ops.shape(gates)[1:-1], self.units)
        above_map = ops.broadcast_to(first_hidden, (2, shape[1], 1, self.units))

        def next_diagonal(states, inputs):
            hidden, cell = states
            gates_here, is_inside = inputs
            above = ops.concatenate([above_map, hidden[:, :, :-1]], axis=2)
            seen = ops.concatenate([above, hidden], axis=-1)
            seen = ops.reshape(seen, (2, -1, 2 * self.units))
            from_states = ops.reshape(
                ops.matmul(seen, kernel), ops.shape(gates_here)
            )
            hidden, cell = lstm(gates_here + from_states, cell)
            # Pixels of the first column have the first state on their left.
            hidden = ops.where(is_inside, hidden, first_hidden)
            return hidden, ops.where(is_inside, cell, first_cell)

        first = tuple(
            ops.broadcast_to(state, shape)
            for state in (first_hidden, first_cell)
        )
        inside = _inside(height, width)[:, None, None, :, None]
        hidden, _ = scan(next_diagonal, first, (gates, tf.constant(inside)))
        return unskewed(hidden, width)

    def first_pixel(self, batch_size):
        hidden, cell = self._first_states(batch_size, 0)
        return {
            "hidden": hidden,
            "cell": cell,
            "gates_to_left": tf.zeros([batch_size, 4, self.units]),
        }

    def first_memory(self, batch_size, width):
        hidden, cell = (
            tf.repeat(state[None], width, axis=0)
            for state in self._first_states(batch_size, 1)
        )
        return {"hidden": hidden, "cell": cell}

    def from_above(self, row_above, memory, row):
        kernel_above, _ = self._kernels(0)
        memory, from_right = tf.cond(
            row > 0,
            lambda: self._to_left(row_above["gates_to_left"], memory),
            lambda: (memory, tf.zeros_like(memory["hidden"])),
        )
        return memory, {
            "gates": tf.tensordot(row_above["hidden"], kernel_above, 1),
            "from_right": from_right,
        }

    def _to_left(self, gates, memory):
        """Runs a whole row to the left; returns its states, and the hidden."""
        kernel_above, kernel_right = self._kernels(1)
        width = gates.shape[0]
        gates = tf.reshape(gates, [width, -1, 4 * self.units])
        gates += tf.tensordot(memory["hidden"], kernel_above, 1)

        def next_pixel(states, gates_here):
            hidden, cell = states
            return lstm(gates_here + hidden @ kernel_right, cell)

        first = self._first_states(tf.shape(gates)[1], 1)
        hidden, cell = scan(next_pixel, first, gates, reverse=True)
        return {"hidden": hidden, "cell": cell}, hidden

    def _kernels(self, direction):
        """Returns the kernels of the state above and of the one beside."""
        return tf.split(ops.cast(self.kernel, "float32")[direction], 2)

    def left_kernel(self, colour):
        return self.of_colour(self._kernels(0)[1], colour)

    def step(self, gates, above, left, kernel, colour):
        to_right, to_left = tf.split(tf.cast(gates, "float32"), 2, axis=-1)
        to_right += above["gates"] + left["hidden"] @ kernel
        hidden, cell = lstm(to_right, self.of_colour(left["cell"], colour))
        return hidden + above["from_right"], {
            "hidden": hidden,
            "cell": cell,
            "gates_to_left": tf.reshape(to_left, [-1, 4, cell.shape[-1]]),
        }


def skewed(maps):
    """Returns the diagonals of maps, `[N, 2, B, H, channels]`.

    Row `r` of diagonal `n` is the pixel `[r, n - r]`, or zero outside.

    Args:
        maps: `[2, B, H, W, channels]`.
    """
    directions, batch_size, height, width, channels = ops.shape(maps)
    maps = ops.pad(maps, [[0, 0], [0, 0], [0, 0], [0, height], [0, 0]])
    # A row is one longer than it will be: each starts a column later.
    rows = ops.reshape(maps, (directions, batch_size, -1, channels))
    rows = rows[:, :, : height * (height + width - 1)]
    maps = ops.reshape(
        rows, (directions, batch_size, height, height + width - 1, channels)
    )
    return ops.transpose(maps, (3, 0, 1, 2, 4))


def unskewed(diagonals, width):
    """Returns the maps `[2, B, H, W, channels]` of their diagonals."""
    maps = ops.transpose(diagonals, (1, 2, 3, 0, 4))
    directions, batch_size, height, _, channels = ops.shape(maps)
    rows = ops.reshape(maps, (directions, batch_size, -1, channels))
    rows = ops.pad(rows, [[0, 0], [0, 0], [0, height], [0, 0]])
    maps = ops.reshape(
        rows, (directions, batch_size, height, height + width, channels)
    )
    return maps[:, :, :, :width]


def _inside(height, width):
    """Returns bool `[N, H]`: whether a diagonal's pixel is in the map."""
    column = np.arange(height + width - 1)[:, None] - np.arange(height)
    return (column >= 0) & (column < width)
