"""Gated PixelCNN: a vertical and a horizontal stack without a blind spot.

Shapes: B batch, H rows, W columns, C channels, p filters.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.layers import ShiftedConv2D
from tf_autoregressive.layers.gates import gated
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.models.raster_model import relu_stack
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape

# A new gate passes half of what it gets: with less than four times the
# variance, a new stack loses its signal within a few layers.
_GATE_GAIN = 4.0


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class GatedPixelCNN(RasterModel):
    """Gated PixelCNN [1].

        gate(f, g) = tanh(f) * sigmoid(g)                         [1, Eq. 2]
        a = conv[k // 2 + 1, k](v),  v = gate(a)                  rows above
        y = gate(conv[1, k // 2 + 1](h) + conv[1](a))             and the row
        h = h + conv[1](y),  skip = skip + conv[1](y)
        parameters = conv[1](relu(conv[1](relu(skip))))

    The vertical stack `v` sees all rows above a pixel: its first layer the
    `k1 // 2` rows above it, the later ones whole rows of `v`, its own included.
    The horizontal stack `h` sees the pixels to the left too, and of its own
    pixel the earlier colours (mask A in its first layer, B in the others); it
    gets `a`, before its gate, and gives nothing back. The first layer has no
    residual connection. Deep enough, every earlier pixel reaches every later
    one.

    A context shifts what the gates get, in both stacks [1, Eqs. 4 and 5]:
    labels and vectors equally at all pixels, maps pixel by pixel.

    Args:
        event_shape: `(H, W, C)`.
        filters: `p`.
        num_layers: Number of layers.
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
        ValueError: If a size is not positive, a kernel even, or there are fewer
            filters than colours.

    Example:
        >>> model = GatedPixelCNN((28, 28, 1), filters=16, num_layers=3)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 28, 28, 1])

    References:
        [1] van den Oord et al., "Conditional Image Generation with PixelCNN
            Decoders", 2016, Fig. 2 and Sec. 2. https://arxiv.org/abs/1606.05328
            Deviation: what a context adds to the vertical stack goes on to the
            horizontal one, through the link between the two.
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        filters: int = 64,
        num_layers: int = 7,
        first_kernel_size: int = 7,
        kernel_size: int = 3,
        head_filters: int = 64,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.filters = self.checked_filters("filters", filters)
        self.num_layers = checked_count("num_layers", num_layers)
        # A smaller kernel would reach no other pixel.
        self.first_kernel_size = checked_odd(
            "first_kernel_size", first_kernel_size, at_least=3
        )
        self.kernel_size = checked_odd("kernel_size", kernel_size)
        self.head_filters = self.checked_filters("head_filters", head_filters)

        sizes = [first_kernel_size] + [kernel_size] * (num_layers - 1)
        self.vertical = [
            self._vertical_conv(index, size) for index, size in enumerate(sizes)
        ]
        self.links = [
            ShiftedConv2D(
                2 * filters,
                (1, 1),
                above=0,
                left=0,
                use_bias=False,
                dtype=self.dtype_policy,
                name=f"link_{index}",
            )
            for index in range(num_layers)
        ]
        image, of_filter = (
            self._colours(self.event_shape[-1]),
            self._colours(filters),
        )
        # The gate and the skips split the outputs into these halves.
        halves = [*of_filter, *of_filter]
        self.horizontal = [
            self._conv(
                f"horizontal_{index}",
                of_filter if index else image,
                halves,
                (1, size),
                exclusive=index == 0,
                gain=_GATE_GAIN,
            )
            for index, size in enumerate(sizes)
        ]
        self.outputs = [
            self._conv(f"output_{index}", of_filter, halves, 1)
            for index in range(num_layers)
        ]
        head = self._colours(head_filters)
        self.head = [
            self._conv("head", of_filter, head, 1),
            self.make_parameters_layer(head),
        ]
        self.make_context_layers([*self.vertical, *self.horizontal])
        self.build()

    def _vertical_conv(self, index, size):
        return ShiftedConv2D(
            2 * self.filters,
            # The first layer reads pixels, so it may see none of its own row.
            (size // 2 + (index > 0), size),
            above=size // 2,
            left=size // 2,
            kernel_initializer=keras.initializers.VarianceScaling(
                _GATE_GAIN, distribution="uniform"
            ),
            dtype=self.dtype_policy,
            name=f"vertical_{index}",
        )

    def row_stack(self, scope: Any, x: Array = None) -> None:
        for vertical, link, horizontal in zip(
            self.vertical, self.links, self.horizontal, strict=True
        ):
            x, shift = scope.segment(_vertical_layer, (vertical, link), x)
            scope.link(horizontal, shift)

    def pixel_stack(self, scope: Any, x: Array) -> tf.Tensor:
        total = 0.0
        for index in range(self.num_layers):
            layers = (self.horizontal[index], self.outputs[index])
            residual, skip = scope.segment(_horizontal_layer, layers, x)
            x = x + residual if index else residual
            total = total + skip
        return relu_stack(scope, self.head, total)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_layers": self.num_layers,
            "first_kernel_size": self.first_kernel_size,
            "kernel_size": self.kernel_size,
            "head_filters": self.head_filters,
        }


def _vertical_layer(scope, layers, x):
    """Returns the outputs of a vertical layer, and what it hands over."""
    vertical, link = layers
    before_gate = scope.run(vertical, x)
    return gated(before_gate), scope.run(link, before_gate)


def _horizontal_layer(scope, layers, x):
    """Returns what a horizontal layer adds to its inputs, and its skip."""
    horizontal, output = layers
    y = gated(scope.run(horizontal, x))
    return ops.split(scope.run(output, y), 2, axis=-1)
