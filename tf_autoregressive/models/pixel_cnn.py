"""PixelCNN: masked convolutions with residual blocks.

Shapes: B batch, H rows, W columns, C channels, h filters.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.models.raster_model import relu_stack
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PixelCNN(RasterModel):
    """PixelCNN [1]: a stack of masked convolutions.

        x = conv[k1, k1, mask A](x)                                     (2h)
        x = x + conv[1](relu(conv[k, k](relu(conv[1](relu(x))))))       h, h, 2h
        logits = conv[1](relu(conv[1](relu(x))))                        head

    with mask B in every layer but the first, the 1 x 1 ones included: features
    belong to a colour and see the same and earlier colours of their pixel. The
    channels of a pixel are drawn in turn, each seeing the ones before it;
    `distribution="discretized_logistic_mixture"` couples them instead, and
    features have no colour.

    The receptive field has a blind spot: pixels above that are further to the
    right than a chain of `k x k` windows reaches [2]. `GatedPixelCNN` has none.

    Args:
        event_shape: `(H, W, C)`.
        filters: `h`; the residual stream has `2h`.
        num_blocks: Number of residual blocks.
        first_kernel_size: `k1`, odd, at least 3.
        kernel_size: `k`, odd.
        head_filters: Filters of the layer before the parameters.
        **kwargs: Passed to `RasterModel`: `distribution`, `num_levels`,
            `num_components`, `num_classes`, `context_shape`, `rematerialise`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, a kernel even or the first too
            small, or there are fewer filters than colours.

    Example:
        >>> model = PixelCNN((28, 28, 1), filters=16, num_blocks=3)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 28, 28, 1])

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016,
            Table 1, Fig. 5 and Sec. 3.4 and 3.5.
            https://arxiv.org/abs/1601.06759
        [2] van den Oord et al., "Conditional Image Generation with PixelCNN
            Decoders", 2016, Fig. 1. https://arxiv.org/abs/1606.05328
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        filters: int = 32,
        num_blocks: int = 7,
        first_kernel_size: int = 7,
        kernel_size: int = 3,
        head_filters: int = 64,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.filters = self.checked_filters("filters", filters)
        self.num_blocks = checked_count("num_blocks", num_blocks)
        # A smaller kernel would reach no other pixel.
        self.first_kernel_size = checked_odd(
            "first_kernel_size", first_kernel_size, at_least=3
        )
        self.kernel_size = checked_odd("kernel_size", kernel_size)
        self.head_filters = self.checked_filters("head_filters", head_filters)

        image = self._colours(self.event_shape[-1])
        half, full = self._colours(filters), self._colours(2 * filters)
        self.first_layer = self._conv(
            "first", image, full, first_kernel_size, exclusive=True
        )
        self.blocks = [
            [
                self._conv(f"block_{index}_in", full, half, 1),
                self._conv(f"block_{index}", half, half, kernel_size),
                self._conv(f"block_{index}_out", half, full, 1),
            ]
            for index in range(num_blocks)
        ]
        head = self._colours(head_filters)
        self.head = [
            self._conv("head", full, head, 1),
            self.make_parameters_layer(head),
        ]
        self.make_context_layers(
            [self.first_layer, *(block[1] for block in self.blocks)]
        )
        self.build()

    def pixel_stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.run(self.first_layer, x)
        for block in self.blocks:
            x = x + scope.segment(relu_stack, block, x)
        return relu_stack(scope, self.head, x)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_blocks": self.num_blocks,
            "first_kernel_size": self.first_kernel_size,
            "kernel_size": self.kernel_size,
            "head_filters": self.head_filters,
        }
