"""Transposed convolution to twice the resolution.

Shapes: B batch, H rows, W columns, I input channels, O filters, kw columns of
the kernel.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.weight_norm import WeightNorm
from tf_autoregressive.types import Initializer


class _UpsamplingConv2D(RasterLayer, keras.layers.Layer):
    """An `UpsamplingConv2D` without weight normalisation."""

    def __init__(
        self,
        filters: int,
        kernel_width: int,
        *,
        kernel_initializer: Initializer,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        kernel_width = checked_count("kernel_width", kernel_width)
        if kernel_width not in (2, 3):
            raise ValueError(
                "`kernel_width` must be 2 or 3. "
                f"Received: kernel_width={kernel_width}"
            )
        self.filters = checked_count("filters", filters)
        self.kernel_width = kernel_width
        self.kernel_initializer = keras.initializers.get(kernel_initializer)
        self.bias_initializer = keras.initializers.get("zeros")

    def build(self, input_shape):
        self.kernel = self.add_weight(
            name="kernel",
            shape=(2, self.kernel_width, input_shape[-1], self.filters),
            initializer=self.kernel_initializer,
        )
        self.bias = self.add_weight(
            name="bias",
            shape=(self.filters,),
            initializer=self.bias_initializer,
        )

    def compute_output_shape(self, input_shape):
        rows, columns = (2 * side for side in input_shape[1:3])
        return (input_shape[0], rows, columns, self.filters)

    def call(self, inputs):
        shape = tf.shape(inputs)
        height, width = 2 * inputs.shape[1], 2 * inputs.shape[2]
        cropped = self.kernel_width - 2
        outputs = tf.nn.conv2d_transpose(
            inputs,
            tf.transpose(self.effective_kernel(), [0, 1, 3, 2]),
            [shape[0], height, width + cropped, self.filters],
            strides=2,
            padding="VALID",
        )
        outputs = outputs[:, :, cropped:] if cropped else outputs
        return tf.nn.bias_add(outputs, ops.cast(self.bias, outputs.dtype))

    def over_row(self, row):
        """Returns the two rows `[2 * W, B, O]` of a row `[W, B, I]`."""
        return tuple(self._over_row(row, taps) for taps in self._kernel_rows())

    def _kernel_rows(self):
        return tf.unstack(self.effective_kernel())

    def _over_row(self, row, taps):
        width = row.shape[0]
        if self.kernel_width == 2:
            even, odd = (tf.tensordot(row, tap, 1) for tap in tf.unstack(taps))
        else:
            # One column is cropped, so odd columns see the next input too.
            from_right, own, from_left = tf.unstack(taps)
            following = tf.pad(row[1:], [[0, 1], [0, 0], [0, 0]])
            even = tf.tensordot(row, own, 1)
            odd = tf.tensordot(row, from_left, 1)
            odd += tf.tensordot(following, from_right, 1)
        both = tf.stack([even, odd], axis=1)
        shape = [2 * width, tf.shape(row)[1], self.filters]
        return tf.reshape(both, shape) + tf.cast(self.bias, both.dtype)

    def over_pixel(self, pixel):
        """Returns the two rows of two pixels `[B, O]` of a pixel `[B, I]`.

        It needs a kernel two columns wide: wider ones read neighbours too.
        """
        bias = tf.cast(self.bias, pixel.dtype)
        return tuple(
            tuple(pixel @ tap + bias for tap in tf.unstack(taps))
            for taps in self._kernel_rows()
        )

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_width": self.kernel_width,
            "kernel_initializer": keras.initializers.serialize(
                self.kernel_initializer
            ),
        }


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class UpsamplingConv2D(WeightNorm, _UpsamplingConv2D):
    """Transposed convolution with stride 2 and weight normalisation [1].

        outputs[2 r + a, 2 c + b - crop] += x[r, c] @ kernel[a, b]

    with two kernel rows, so that a row of inputs becomes two rows that see
    that row alone, and `crop = kw - 2` columns cut off on the left.

    Args:
        init_scale: Standard deviation of the outputs after `initialise`.
        **kwargs: `filters`, the number of output channels `O`;
            `kernel_width`, `kw`, 2 or 3; and what `keras.layers.Layer` takes.

    Input shape:
        `[B, H, W, I]`, float.

    Output shape:
        `[B, 2 * H, 2 * W, O]`, in the compute dtype.

    Raises:
        ValueError: If `kernel_width` is neither 2 nor 3.

    References:
        [1] Salimans et al., "PixelCNN++", 2017, Sec. 2.3.
            https://arxiv.org/abs/1701.05517
    """
