"""A convolutional network for the conditionals of every ordering.

Shapes: B batch, H rows, W columns, C channels, P parameters per dimension.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.models.context_layers import context_layers
from tf_autoregressive.models.order_agnostic import OrderAgnosticModel
from tf_autoregressive.models.raster_model import check_image_shape
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape

# What a block adds is small at first, as if the network was shallow.
_SMALL = 0.1


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class OrderAgnosticCNN(OrderAgnosticModel):
    """ConvNADE [1], an order-agnostic autoregressive model of images [2].

    A convolutional network without masks reads the known values and which ones
    are known,

        u = conv(patches(x * known, known)) + place
        u = u + conv(relu(conv(relu(u)) + shift))        num_blocks times
        parameters = pixels(conv[1](relu(u)))

    so one set of weights has the conditionals of every ordering. Each entry of
    `filters` after the first adds a coarser resolution: `u` goes there by
    patches of 2 x 2, runs through blocks of its own, comes back, is added to
    `u`, and as many blocks follow. `place` is learned, a vector for each patch.

    An update draws for each example an ordering `o` and a number `d - 1` of
    known dimensions, both uniformly, and takes the unbiased estimate
    [2, Eq. 4]

        log p(x) ~ D / (D - d + 1) * sum{ log p(x[o[i]] | x[o[<d]]) : i >= d }

    The `loss` in the training logs is that estimate's. Evaluation is exact:
    `log p(x)` under `ordering`, `D` passes, or under the uniform mixture of
    `num_orderings` of them. Completion puts the known dimensions first, and so
    conditions on all of them. Every channel of a pixel is a dimension of its
    own, in logistic mixtures too: an ordering may put other pixels between the
    colours of one.

    A context, flattened, shifts the features equally at all pixels.

    Args:
        event_shape: `(H, W, C)`.
        filters: Filters of each resolution, the finest first.
        num_blocks: Residual blocks of each resolution, on the way to coarser
            ones and again on the way back; the coarsest has them once.
        kernel_size: Size of the convolutions, odd.
        patch_size: Side of the squares of pixels that the finest resolution
            works on.
        **kwargs: Passed to `OrderAgnosticModel`: `ordering`, `num_orderings`,
            `ordering_seed`, `distribution`, `num_levels`, `num_components`,
            `num_classes`, `context_shape`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, `kernel_size` is even, or
            `ordering` is not a permutation.

    Example:
        >>> model = OrderAgnosticCNN((6, 6, 1), filters=(8, 8), num_blocks=1)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 6, 6, 1])

    References:
        [1] Uria, Côté, Gregor, Murray and Larochelle, "Neural Autoregressive
            Distribution Estimation", 2016, Sec. 6.
            https://arxiv.org/abs/1605.02226
        [2] Hoogeboom et al., "Autoregressive Diffusion Models", 2022, Sec. 3.
            https://arxiv.org/abs/2110.02037
            Deviation: the network is a small U-Net without attention, and does
            not see how many dimensions are known other than by the mask.
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        filters: int | Sequence[int] = (64, 64, 64),
        num_blocks: int = 2,
        kernel_size: int = 3,
        patch_size: int = 1,
        **kwargs: Any,
    ) -> None:
        check_image_shape(event_shape)
        super().__init__(event_shape, **kwargs)
        self.filters = checked_counts("filters", filters)
        self.num_blocks = checked_count("num_blocks", num_blocks)
        self.kernel_size = checked_odd("kernel_size", kernel_size)
        self.patch_size = checked_count("patch_size", patch_size)

        finest = self.filters[0]
        self.first_layer = self._conv(finest, self.kernel_size)
        height, width, channels = self.event_shape
        self.place_shape = (
            -(-height // self.patch_size),
            -(-width // self.patch_size),
            finest,
        )
        self.place = keras.layers.Embedding(
            self.place_shape[0] * self.place_shape[1],
            finest,
            dtype=self.dtype_policy,
            name="place",
        )
        self.blocks_down = [self._blocks(width) for width in self.filters]
        self.blocks_up = [self._blocks(width) for width in self.filters[:-1]]
        # A layer of patches of 2 x 2 is a convolution of one pixel.
        self.coarsening = [self._conv(width, 1) for width in self.filters[1:]]
        self.refining = [
            self._conv(4 * width, 1) for width in self.filters[:-1]
        ]
        output = self.output_distribution
        self.output_layer = keras.layers.Dense(
            self.patch_size**2 * channels * output.num_parameters,
            bias_initializer=output.bias_initializer,
            dtype="float32",
        )
        self.context_layers = context_layers(
            self.context,
            {
                layer.name: layer.filters
                for blocks in (*self.blocks_down, *self.blocks_up)
                for layer, _ in blocks
            },
        )
        self.build()

    def _conv(self, filters, size, gain=1.0):
        return keras.layers.Conv2D(
            filters,
            size,
            padding="same",
            kernel_initializer=keras.initializers.VarianceScaling(2.0 * gain),
            dtype=self.dtype_policy,
        )

    def _blocks(self, filters):
        return [
            (
                self._conv(filters, self.kernel_size),
                self._conv(filters, self.kernel_size, gain=_SMALL),
            )
            for _ in range(self.num_blocks)
        ]

    def conditionals(
        self, inputs: tf.Tensor, known: tf.Tensor, context: Array | None
    ) -> tf.Tensor:
        images = [
            tf.reshape(x, [-1, *self.event_shape]) for x in (inputs, known)
        ]
        u = self._place() + self.first_layer(
            patches(tf.concat(images, axis=-1), self.patch_size)
        )
        u = self._from_resolution(0, u, self._shifts(context))
        parameters = pixels(
            self.output_layer(tf.nn.relu(u)),
            self.patch_size,
            self.event_shape[:2],
        )
        return tf.reshape(
            parameters,
            [-1, self.num_dims, self.output_distribution.num_parameters],
        )

    def _place(self):
        height, width, filters = self.place_shape
        vectors = self.place(tf.range(height * width))
        return tf.reshape(vectors, [1, height, width, filters])

    def _shifts(self, context):
        """Returns the context's shifts by layer name, `[B, 1, 1, filters]`."""
        if context is None:
            return {}
        context = keras.layers.Flatten()(context)
        return {
            name: layer(context)[:, None, None]
            for name, layer in self.context_layers.items()
        }

    def _from_resolution(self, index, u, shifts):
        """Returns the features after all layers from a resolution on."""
        u = _run_blocks(self.blocks_down[index], u, shifts)
        if index == len(self.filters) - 1:
            return u
        coarse = self._from_resolution(
            index + 1, self.coarsening[index](patches(u, 2)), shifts
        )
        u += pixels(self.refining[index](coarse), 2, u.shape[1:3])
        return _run_blocks(self.blocks_up[index], u, shifts)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": list(self.filters),
            "num_blocks": self.num_blocks,
            "kernel_size": self.kernel_size,
            "patch_size": self.patch_size,
        }


def _run_blocks(blocks, u, shifts):
    """Returns the features after residual blocks."""
    for first, second in blocks:
        hidden = first(tf.nn.relu(u))
        if first.name in shifts:
            hidden += tf.cast(shifts[first.name], hidden.dtype)
        u += second(tf.nn.relu(hidden))
    return u


def patches(x: tf.Tensor, size: int) -> tf.Tensor:
    """Returns squares of pixels side by side, `[B, ceil(H/s), ceil(W/s), F]`.

    `F` is `s * s * C`. Rows and columns of zeros fill up the last squares.

    Args:
        x: `[B, H, W, C]`.
        size: `s`, the side of a square.
    """
    height, width, channels = x.shape[1:]
    rows, columns = -(-height // size), -(-width // size)
    x = tf.pad(
        x,
        [
            [0, 0],
            [0, rows * size - height],
            [0, columns * size - width],
            [0, 0],
        ],
    )
    x = tf.reshape(x, [-1, rows, size, columns, size, channels])
    x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
    return tf.reshape(x, [-1, rows, columns, size * size * channels])


def pixels(x: tf.Tensor, size: int, shape: Sequence[int]) -> tf.Tensor:
    """Returns the pixels of squares that `patches` made, `[B, H, W, C]`.

    Args:
        x: `[B, ceil(H/s), ceil(W/s), s * s * C]`.
        size: `s`, the side of a square.
        shape: `(H, W)`.
    """
    rows, columns, features = x.shape[1:]
    channels = features // (size * size)
    x = tf.reshape(x, [-1, rows, columns, size, size, channels])
    x = tf.transpose(x, [0, 1, 3, 2, 4, 5])
    x = tf.reshape(x, [-1, rows * size, columns * size, channels])
    return x[:, : shape[0], : shape[1]]
