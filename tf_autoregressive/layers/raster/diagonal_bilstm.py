"""The Diagonal BiLSTM of PixelRNN.

Shapes: B batch, H rows, W columns, N = H + W - 1 diagonals, I input channels,
h units. The axis of two is that of the directions: to the right, to the left.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from tf_autoregressive.layers.lstm import lstm
from tf_autoregressive.layers.lstm import lstm_lines
from tf_autoregressive.layers.lstm import sizes
from tf_autoregressive.layers.raster.pixel_lstm import PixelLSTM
from tf_autoregressive.layers.raster.pixel_lstm import as_row


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
        Deviation: the states before the first pixel of every row are learned.
    """

    def __init__(
        self,
        in_colours: Sequence[int] | np.ndarray,
        out_colours: Sequence[int] | np.ndarray,
        **kwargs: Any,
    ) -> None:
        super().__init__(
            in_colours,
            out_colours,
            input_size=1,
            num_taps=2,
            num_directions=2,
            **kwargs,
        )

    def recurrence(self, gates: tf.Tensor) -> Any:
        to_right, to_left = tf.split(tf.cast(gates, tf.float32), 2, axis=-1)
        # The second direction is the first one on a mirrored map.
        gates = tf.stack([to_right, tf.reverse(to_left, axis=[2])])
        height, width = gates.shape[2:4]
        # To the left of the map gates are zero, and so are states. Values are
        # computed to its right too, but no pixel of the map sees them.
        gates = skewed(gates + self._of_first_states(height, width))
        nothing = tf.zeros_like(gates[0, ..., : self.units])
        hidden, _ = lstm_lines(
            gates,
            tf.convert_to_tensor(self.kernel),
            (nothing, nothing),
            self._first_cells(height, width),
            # A pixel has two neighbours on the diagonal before it: above and
            # beside.
            (-1, 0),
        )
        to_right, to_left = tf.unstack(unskewed(hidden, width))
        to_left = _first(tf.reverse(to_left, axis=[2]), height - 1, axis=1)
        moved_down = tf.pad(to_left, [[0, 0], [1, 0], [0, 0], [0, 0]])
        return tf.cast(to_right + moved_down, self.compute_dtype)

    def _of_first_states(self, height, width):
        """Returns first hidden states' shares in gates, `[2, 1, H, W, 4h]`."""
        # Gates are linear in the states before. So the first hidden states can
        # add their share to the gates, and count as zero in the recurrence.
        above, beside = (
            tf.matmul(self.first_hidden[:, None], kernel)[:, None, None]
            for kernel in tf.split(self.kernel, 2, axis=1)
        )
        is_first_row = _equal(tf.range(height), 0)[:, None, None]
        is_first_column = _equal(tf.range(width), 0)[:, None]
        return is_first_row * above + is_first_column * beside

    def _first_cells(self, height, width):
        """Returns the cells before the first column, `[N, 2, 1, H, h]`."""
        # A constant of all diagonals would be a part of the graph, and large
        # for a tall image.
        diagonal = tf.range(height + width - 1)[:, None]
        is_first_column = _equal(diagonal, tf.range(height))
        return (
            is_first_column[:, None, None, :, None]
            * self.first_cell[:, None, None]
        )

    def first_pixel(self, batch_size: int | tf.Tensor) -> Any:
        hidden, cell = self._first_states(batch_size, 0)
        return {
            "hidden": hidden,
            "cell": cell,
            "gates_to_left": tf.zeros([batch_size, 4, self.units]),
        }

    def first_memory(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> Any:
        hidden, cell = self._first_states(batch_size, 1)
        return as_row({"hidden": hidden, "cell": cell}, width)

    def from_above(
        self, row_above: tf.Tensor, memory: Any, row: int | tf.Tensor
    ) -> Any:
        kernel_above, _ = self._kernels(0)
        # The second direction needs whole rows, so it runs over a row after
        # that was drawn. There is none above the first.
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
        first = self._first_states(tf.shape(gates)[1], 1)
        arrays = [
            tf.TensorArray(tf.float32, width, element_shape=state.shape)
            for state in first
        ]

        def next_pixel(count, hidden, cell, arrays):
            column = width - 1 - count
            states = lstm(gates[column] + hidden @ kernel_right, cell)
            arrays = [
                array.write(column, state)
                for array, state in zip(arrays, states, strict=True)
            ]
            return count + 1, *states, arrays

        *_, arrays = tf.while_loop(
            lambda count, *_: count < width,
            next_pixel,
            (0, *first, arrays),
            maximum_iterations=width,
        )
        hidden, cell = (array.stack() for array in arrays)
        return {"hidden": hidden, "cell": cell}, hidden

    def _kernels(self, direction):
        """Returns the kernels of the state above and of the one beside."""
        return tf.split(self.kernel[direction], 2)

    def left_kernel(self, colour: int) -> Any:
        return self.of_colour(self._kernels(0)[1], colour)

    def step(
        self,
        gates: tf.Tensor,
        above: Any,
        left: Any,
        kernel: tf.Tensor,
        colour: int,
    ) -> Any:
        to_right, to_left = tf.split(tf.cast(gates, "float32"), 2, axis=-1)
        to_right += above["gates"] + left["hidden"] @ kernel
        hidden, cell = lstm(to_right, self.of_colour(left["cell"], colour))
        return hidden + above["from_right"], {
            "hidden": hidden,
            "cell": cell,
            # The axis of gates lets the units of all colours be joined along
            # the last axis.
            "gates_to_left": tf.reshape(to_left, [-1, 4, cell.shape[-1]]),
        }


def _equal(one, other):
    return tf.cast(tf.equal(one, other), tf.float32)


def skewed(maps: tf.Tensor) -> Any:
    """Returns the diagonals of maps, `[N, 2, B, H, channels]`.

    Row `r` of diagonal `n` is the pixel `[r, n - r]`, or zero outside.

    Args:
        maps: `[2, B, H, W, channels]`.
    """
    directions, batch_size, height, width, channels = sizes(maps)
    maps = tf.pad(maps, [[0, 0], [0, 0], [0, 0], [0, height], [0, 0]])
    # A row is read one longer than it will be, so that each starts a column
    # later than the one above.
    rows = tf.reshape(maps, (directions, batch_size, -1, channels))
    rows = _first(rows, height * (height + width - 1), axis=2)
    maps = tf.reshape(
        rows, (directions, batch_size, height, height + width - 1, channels)
    )
    return tf.transpose(maps, (3, 0, 1, 2, 4))


def unskewed(diagonals: tf.Tensor, width: int | tf.Tensor) -> Any:
    """Returns the maps `[2, B, H, W, channels]` of their diagonals."""
    maps = tf.transpose(diagonals, (1, 2, 3, 0, 4))
    directions, batch_size, height, _, channels = sizes(maps)
    rows = tf.reshape(maps, (directions, batch_size, -1, channels))
    rows = tf.pad(rows, [[0, 0], [0, 0], [0, height], [0, 0]])
    maps = tf.reshape(
        rows, (directions, batch_size, height, height + width, channels)
    )
    return _first(maps, width, axis=3)


def _first(tensor, count, axis):
    """Returns the first entries along an axis.

    It uses `tf.slice`: the gradient of a slice by index is several times
    slower.
    """
    size = [-1] * tensor.shape.rank
    size[axis] = count
    return tf.slice(tensor, [0] * tensor.shape.rank, size)
