"""Convolution whose window may be moved up and to the left.

Shapes: B batch, H rows, W columns, I input channels, O filters, `(kh, kw)` the
kernel, n rows of a window.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.layer import array
from tf_autoregressive.layers.raster.layer import like
from tf_autoregressive.layers.shifts import plus
from tf_autoregressive.types import Initializer
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class ShiftedConv2D(RasterLayer, keras.layers.Layer):
    """Convolves a map with a window that starts `above` and `left` of a pixel.

        outputs[r, c] = bias
            + sum_{a, b} x[s * r - above + a, s * c - left + b] @ kernel[a, b]

    with zeros outside the map and stride `s`. With `above = kh` an output sees
    only the rows above its own; with `above = kh - 1` its own row and the ones
    above. No tap is computed that the window does not have.

    Args:
        filters: Number of output channels `O`.
        kernel_size: `(kh, kw)`.
        above: Number of rows above the pixel at which the window starts, at
            most `kh`.
        left: Number of columns to the left of the pixel at which the window
            starts, at most `kw`.
        strides: The stride `s` of both axes.
        use_bias: Whether to add a bias.
        kernel_initializer: Keras initializer.
        bias_initializer: Keras initializer.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, H, W, I]`, float.

    Output shape:
        `[B, ceil(H / s), ceil(W / s), O]`, in the compute dtype.

    Raises:
        ValueError: If `filters`, `strides` or a side of the kernel is below 1,
            or a pixel, or row, lies between the window and the output's own.

    References:
        [1] Salimans et al., "PixelCNN++", 2017, Sec. 2.3.
            https://arxiv.org/abs/1701.05517
    """

    def __init__(
        self,
        filters: int,
        kernel_size: Sequence[int],
        *,
        above: int,
        left: int,
        strides: int = 1,
        use_bias: bool = True,
        kernel_initializer: Initializer = "glorot_uniform",
        bias_initializer: Initializer = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = checked_count("filters", filters)
        self.kernel_size = checked_counts("kernel_size", kernel_size, length=2)
        self.above = checked_count("above", above, at_least=0)
        self.left = checked_count("left", left, at_least=0)
        self.strides = checked_count("strides", strides)
        if above > self.kernel_size[0] or left > self.kernel_size[1]:
            raise ValueError(
                "`above` and `left` must be at most the sides of "
                f"`kernel_size`. Received: kernel_size={self.kernel_size}, "
                f"above={above}, left={left}"
            )
        self.use_bias = use_bias
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get(bias_initializer)

    @property
    def rows_above(self) -> int:
        """Number of kernel rows that lie above the pixel's own."""
        return self.above

    @property
    def sees_own_row(self) -> bool:
        """Whether the window reaches down to the pixel's own row."""
        return self.kernel_size[0] > self.above

    @property
    def sees_own_pixel(self) -> bool:
        """Whether the window holds the pixel itself."""
        return self.sees_own_row and self.kernel_size[1] > self.left

    @property
    def columns_left(self) -> int:
        """Number of pixels of its own row, to the left, that a pixel sees."""
        return self.left if self.sees_own_row else 0

    def build(self, input_shape: Sequence[Any]) -> None:
        self.in_channels = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(*self.kernel_size, self.in_channels, self.filters),
            initializer=self._initializer(),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
            )

    def _initializer(self):
        return self.kernel_initializer

    def effective_kernel(self) -> tf.Tensor:
        """Returns the kernel of the convolution, `[kh, kw, I, O]`."""
        return ops.cast(self.kernel, self.compute_dtype)

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        rows, columns = (-(-side // self.strides) for side in input_shape[1:3])
        return (input_shape[0], rows, columns, self.filters)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        rows, columns = self.kernel_size
        below = rows - 1 - self.above
        right = columns - 1 - self.left
        if below < 0:
            inputs = inputs[:, :below]
        if right < 0:
            inputs = inputs[:, :, :right]
        # The map is padded here. Explicit padding in the convolution itself is
        # thirty times slower in bfloat16 on a CPU.
        padding = [self.above, max(below, 0)], [self.left, max(right, 0)]
        if padding != ([0, 0], [0, 0]):
            inputs = tf.pad(inputs, [[0, 0], *padding, [0, 0]])
        outputs = tf.nn.conv2d(
            inputs, self.effective_kernel(), self.strides, "VALID"
        )
        if self.bias is None:
            return outputs
        return tf.nn.bias_add(outputs, ops.cast(self.bias, outputs.dtype))

    def over_rows(self, rows: Sequence[tf.Tensor], kernel: tf.Tensor) -> Any:
        """Returns one row of outputs, without the bias: `[W / s, B, O]`.

        Args:
            rows: The `n` rows of the window, each `[W, B, I]`.
            kernel: The `n` rows of the effective kernel, `[n, kw, I, O]`.
        """
        width, columns = rows[0].shape[0], self.kernel_size[1]
        right = max(columns - 1 - self.left, 0)
        # The windows are laid side by side, for one product instead of one for
        # each tap.
        windows = []
        for row in rows:
            row = tf.pad(row, [[self.left, right], [0, 0], [0, 0]])
            windows += [
                row[column : column + width : self.strides]
                for column in range(columns)
            ]
        window = windows[0] if len(windows) == 1 else tf.concat(windows, -1)
        return tf.tensordot(
            window, tf.reshape(kernel, [-1, kernel.shape[-1]]), 1
        )

    def pixel_kernel(self, colour: int = 0) -> tf.Tensor:
        """Returns the kernel of a pixel's own row up to itself, `[n * I, O]`.

        Its rows are for the `n` pixels to the left, from the leftmost on, and
        then for the pixel itself if the window holds it.

        Args:
            colour: The colour of the filters; there is one.
        """
        # A window may reach to the right of its pixel; such taps see nothing in
        # the pixel's own row.
        taps = self.columns_left + int(self.sees_own_pixel)
        if not taps:
            return tf.zeros([0, self.filters], self.compute_dtype)
        kernel = self.effective_kernel()[self.rows_above, :taps]
        return tf.reshape(kernel, [-1, self.filters])

    def of_colour(self, outputs: tf.Tensor, colour: int) -> Any:
        """Returns the filters of a colour out of `[..., O]`; there is one."""
        return outputs

    # The methods that draw row by row keep the rows of inputs that the window
    # sees above.

    def first_above(
        self, batch_size: int | tf.Tensor, width: int | tf.Tensor
    ) -> Any:
        return (self._zeros(width, batch_size),) * self.rows_above

    def row(
        self, x: tf.Tensor, above: Any, shift: tf.Tensor | None = None
    ) -> tuple[Any, Any]:
        rows = above
        if self.sees_own_row:
            rows, above = (*above, x), self.observe_row(x, above)
        outputs = self.over_rows(rows, self.effective_kernel())
        return self._shifted(outputs, shift), above

    def observe_row(self, x: tf.Tensor, above: Any) -> Any:
        return like((*above, x)[1:], above) if above else above

    # The methods that draw pixel by pixel compute once a row what the rows
    # above add. A pixel is then one product of the rest of the kernel with the
    # inputs to its left and its own so far.

    def begin_row(
        self,
        above: Any,
        shift: tf.Tensor | None,
        row: int | tf.Tensor,
        size: Any,
        num_colours: int,
    ) -> Any:
        colours = range(num_colours)
        outputs = self._of_rows_above(above, shift)
        # Only inputs that are features are kept here; the image itself is shown
        # row by row.
        keeps_row = self.rows_above and self.sees_own_pixel
        return {
            "above": [self.of_colour(outputs, colour) for colour in colours],
            "kernels": [self.pixel_kernel(colour) for colour in colours],
            "left": (self._zeros(size[1]),) * self.columns_left,
            "row": array(self._zeros(*size)) if keeps_row else (),
            "here": (),
        }

    def _of_rows_above(self, above, shift):
        """Returns the share of the rows above in the outputs, `[W, B, O]`.

        It is `[1, B, O]` or `[O]` if it holds a shift and the bias alone.
        """
        outputs = tf.zeros([self.filters], self.compute_dtype)
        if self.rows_above:
            kernel = self.effective_kernel()[: self.rows_above]
            outputs = self.over_rows(above, kernel)
        return self._shifted(outputs, shift)

    def _shifted(self, outputs, shift):
        if self.bias is not None:
            outputs += tf.cast(self.bias, self.compute_dtype)
        return plus(outputs, shift)

    def _zeros(self, *shape):
        return tf.zeros([*shape, self.in_channels], self.compute_dtype)

    def pixel(
        self, x: tf.Tensor, state: State, column: int | tf.Tensor, colour: int
    ) -> Any:
        if self.sees_own_pixel:
            state = self.observe(x, state)
        outputs = state["above"][colour]
        if outputs.shape.rank == 3:
            # The shift is the same for all columns, or has one for each.
            is_row = outputs.shape[0] > 1
            outputs = outputs[column // self.strides if is_row else 0]
        window = (*state["left"], *state["here"])
        if window:
            window = window[0] if len(window) == 1 else tf.concat(window, -1)
            outputs = window @ state["kernels"][colour] + outputs
        return outputs, state

    def observe(self, x: tf.Tensor, state: State) -> State:
        return {**state, "here": (*state["here"], x)}

    def end_pixel(self, state: State, column: int | tf.Tensor) -> Any:
        pixel = tf.concat(state["here"], -1)
        left, row = state["left"], state["row"]
        if left:
            left = like((*left, pixel)[1:], left)
        if row:
            row = row.write(column, pixel)
        return {**state, "left": left, "row": row, "here": ()}

    def end_row(self, state: State, above: Any) -> Any:
        row = state["row"]
        return self.observe_row(row.stack(), above) if row else above

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        config.update(
            filters=self.filters,
            kernel_size=self.kernel_size,
            above=self.above,
            left=self.left,
            strides=self.strides,
            use_bias=self.use_bias,
            kernel_initializer=keras.initializers.serialize(
                self.kernel_initializer
            ),
            bias_initializer=keras.initializers.serialize(
                self.bias_initializer
            ),
        )
        return config
