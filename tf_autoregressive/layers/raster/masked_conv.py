"""Convolution with the masks of PixelCNN.

Shapes: B batch, H rows, W columns, I input channels, O filters, `(kh, kw)` the
kernel.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_autoregressive import masks
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.layers.raster.shifted_conv import ShiftedConv2D
from tf_autoregressive.types import Initializer


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class MaskedConv2D(ShiftedConv2D):
    """Convolves a map with the part of a window that comes before a pixel [1].

    A `ShiftedConv2D` whose output at a pixel sees the rows above, the pixels
    to the left, and of the pixel itself the channels of earlier colours; of
    its own colour too, unless the layer is `exclusive`:

        mask[centre, i, o] = out_colours[o] >= in_colours[i]   (mask B)
        mask[centre, i, o] = out_colours[o] >  in_colours[i]   (mask A)

    The mask acts inside every forward pass, so gradients of forbidden entries
    are zero and their values are irrelevant, in copies and averages of the
    weights too. Rows below the pixel are not part of the kernel.

    Args:
        in_colours: int `[I]`, ascending: the colour of each input channel.
        out_colours: int `[O]`: the colour of each filter.
        kernel_size: `(kh, kw)`, both odd: the size of the whole window, of
            which the kernel has the rows down to the pixel's own.
        exclusive: Whether a filter sees only colours strictly before its own.
        kernel_initializer: Keras initializer, or `None` for a variance of
            `gain / n`, with the mean number `n` of inputs that the mask leaves.
        gain: See there; 1 is LeCun's scaling.
        **kwargs: Passed to `ShiftedConv2D`.

    Input shape:
        `[B, H, W, I]`, float.

    Output shape:
        `[B, H, W, O]`, in the compute dtype.

    Raises:
        ValueError: If a side of the kernel is even or negative, or
            `in_colours` are not ascending or as many as the channels of the
            input.

    Example:
        >>> layer = MaskedConv2D([0, 1, 2], [0, 1, 2], (1, 1), exclusive=True)
        >>> layer.mask()[0, 0].astype(int).tolist()
        [[0, 1, 1], [0, 0, 1], [0, 0, 0]]

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016,
            Sec. 3.4. https://arxiv.org/abs/1601.06759
    """

    def __init__(
        self,
        in_colours: Sequence[int] | np.ndarray,
        out_colours: Sequence[int] | np.ndarray,
        kernel_size: Sequence[int],
        *,
        exclusive: bool = False,
        kernel_initializer: Initializer = None,
        gain: float = 1.0,
        **kwargs: Any,
    ) -> None:
        rows, columns = (
            checked_odd("kernel_size", side)
            for side in checked_counts("kernel_size", kernel_size, length=2)
        )
        in_colours = np.asarray(in_colours, "int32")
        if (np.diff(in_colours) < 0).any():
            raise ValueError(
                "`in_colours` must be ascending. "
                f"Received: in_colours={in_colours.tolist()}"
            )
        left = columns // 2
        super().__init__(
            len(out_colours),
            # Without rows above there is nothing to see on the right.
            (rows // 2 + 1, columns if rows > 1 else left + 1),
            above=rows // 2,
            left=left,
            kernel_initializer=kernel_initializer,
            **kwargs,
        )
        self.window_size = (rows, columns)
        self.in_colours = in_colours
        self.out_colours = np.asarray(out_colours, "int32")
        self.exclusive = exclusive
        self.gain = gain

    @property
    def sees_own_pixel(self) -> bool:
        return not self.exclusive

    def mask(self) -> np.ndarray:
        """Returns the bool mask `[kh, kw, I, O]`, as a NumPy array."""
        shape = (*self.kernel_size, len(self.in_colours), self.filters)
        mask = np.ones(shape, bool)
        mask[self.above, self.left :] = False
        mask[self.above, self.left] = masks.dense_mask(
            self.in_colours, self.out_colours, exclusive=self.exclusive
        )
        return mask

    def build(self, input_shape: Sequence[Any]) -> None:
        if input_shape[-1] != len(self.in_colours):
            raise ValueError(
                f"`inputs` must have {len(self.in_colours)} channels, one for "
                f"each of `in_colours`. Received shape {input_shape}"
            )
        # First, so that a kernel that is too large is refused before its mask
        # is made.
        super().build(input_shape)
        mask = self.mask()
        # `None` saves a product where the mask allows everything.
        self._mask = None if mask.all() else mask.astype("float32")

    def _initializer(self):
        if self.kernel_initializer is not None:
            return self.kernel_initializer
        # Keras divides the scale by the full fan-in; the mask lets only a
        # share of it through, and activations would shrink.
        rows, columns = self.kernel_size
        pairs = len(self.in_colours) * self.filters
        connections = (self.above * columns + self.left) * pairs
        connections += masks.num_connections(
            self.in_colours, self.out_colours, exclusive=self.exclusive
        )
        return keras.initializers.VarianceScaling(
            scale=self.gain / max(connections / (rows * columns * pairs), 1e-3),
            distribution="uniform",
        )

    def effective_kernel(self) -> tf.Tensor:
        kernel = self.kernel
        if self._mask is not None:
            kernel = ops.cast(kernel, "float32") * self._mask
        return ops.cast(kernel, self.compute_dtype)

    def pixel_kernel(self, colour: int = 0) -> tf.Tensor:
        """Returns the kernel of a pixel's own row for one colour, `[n, O]`.

        The inputs are the pixels to the left, from the leftmost on, and then
        the channels of the pixel itself that the colour sees.

        Args:
            colour: The colour of the filters.
        """
        kernel = tf.gather(
            self.effective_kernel()[self.above],
            np.flatnonzero(self.out_colours == colour),
            axis=-1,
        )
        to_the_left = tf.reshape(kernel[: self.left], [-1, kernel.shape[-1]])
        last = colour - int(self.exclusive)
        # Colours are ascending, so the channels that a colour sees come first.
        num_seen = int((self.in_colours <= last).sum())
        return tf.concat([to_the_left, kernel[self.left, :num_seen]], axis=0)

    def of_colour(self, outputs: tf.Tensor, colour: int) -> Any:
        """Returns the filters of a colour out of `[..., O]`."""
        filters = np.flatnonzero(self.out_colours == colour)
        if len(filters) == self.filters:
            return outputs
        return tf.gather(outputs, filters, axis=-1)

    def get_config(self) -> dict[str, Any]:
        config = super().get_config()
        for name in ("filters", "above", "left"):
            del config[name]
        config.update(
            in_colours=self.in_colours.tolist(),
            out_colours=self.out_colours.tolist(),
            kernel_size=self.window_size,
            exclusive=self.exclusive,
            gain=self.gain,
        )
        return config
