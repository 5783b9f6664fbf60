"""PixelCNN++: two streams of shifted convolutions over three resolutions.

Shapes: B batch, H rows, W columns, C channels, F filters.
"""

import typing
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.distributions import OutputDistribution
from tf_autoregressive.layers import NormedConv2D
from tf_autoregressive.layers import UpsamplingConv2D
from tf_autoregressive.layers.raster.maps import InitialisingScope
from tf_autoregressive.models.initialisation import first_examples
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.models.replicas import share_first
from tf_autoregressive.models.training_data import peeked
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


class Block(typing.NamedTuple):
    """The layers of a gated residual block.

    Attributes:
        conv_in: The first convolution.
        conv_out: The second, with twice the filters.
        skip: 1 x 1, of the long skip connection; `None` on the way down.
        link: 1 x 1, from this block to one of the other stream; `None` in the
            stream that gets the links.
    """

    conv_in: typing.Any
    conv_out: typing.Any
    skip: typing.Any = None
    link: typing.Any = None


class Stream(typing.NamedTuple):
    """The layers of one stream at one resolution.

    Attributes:
        down: Blocks on the way down.
        up: Blocks on the way up.
        stride: Convolution to half the resolution; `None` at the lowest.
        unstride: Transposed convolution back from there; `None` at the lowest.
    """

    down: list
    up: list
    stride: typing.Any = None
    unstride: typing.Any = None


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PixelCNNPlusPlus(RasterModel):
    """PixelCNN++ [1].

        block(x, a) = x + c * sigmoid(d)
        [c, d] = conv(dropout(e(conv(e(x)) + conv[1](e(a))))) + context
        e(x) = elu([x, -x])

    Two streams of such blocks: `u` sees the rows above, through windows of 2
    rows and 3 columns, `ul` the pixels to the left too, through windows of 2
    rows and 2 columns that end at the pixel; it gets `a` from `u` and gives
    nothing back. Convolutions of stride 2 lead to half and to a quarter of the
    resolution, transposed ones back; every block on the way up gets `a` from
    the one on the way down (long skip connections). Inputs have a channel of
    ones, so that the padding is not a grey value. All kernels have weight
    normalisation; `fit` initialises it from its first examples, once.

    Args:
        event_shape: `(H, W, C)`, H and W divisible by `2^(num_resolutions-1)`.
        distribution: One that couples the channels of a pixel, such as
            `"discretized_logistic_mixture"`; for one channel any other of
            levels in order, such as `"bernoulli"`.
        filters: `F`; 160 in the authors' code, 192 in the paper.
        num_blocks: Blocks per resolution and direction, one more on the way
            up after each transposed convolution.
        num_resolutions: Number of resolutions.
        dropout: Rate of the dropout within blocks.
        **kwargs: Passed to `RasterModel`: `num_levels`, `num_components`,
            `num_classes`, `context_shape` (a vector), `rematerialise`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, H or W is not divisible, the
            context is a map, or `distribution` cannot couple the channels.

    Example:
        >>> model = PixelCNNPlusPlus((8, 8, 3), filters=8, num_blocks=1)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 8, 8, 3])

    References:
        [1] Salimans et al., "PixelCNN++: Improving the PixelCNN with
            Discretized Logistic Mixture Likelihood and Other Modifications",
            2017, Fig. 2 and Sec. 2. https://arxiv.org/abs/1701.05517
        [2] Salimans and Kingma, "Weight Normalization", 2016, Sec. 3.
            https://arxiv.org/abs/1602.07868
        Deviations: what a block of `ul` on the way up gets from `u` and from
        the way down has weight normalisation of its own each; and the layer of
        the parameters starts at a tenth of the scale, around means and scales
        that cover the levels. The authors shift the outputs of the first three
        convolutions after their bias was added, so that the first row and
        column are 0 there, where here they are the bias. The functions are the
        same: weights of theirs have this bias in the tap of the channel of
        ones.
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        distribution: str | OutputDistribution = "discretized_logistic_mixture",
        filters: int = 160,
        num_blocks: int = 5,
        num_resolutions: int = 3,
        dropout: float = 0.5,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, distribution=distribution, **kwargs)
        self.filters = checked_count("filters", filters)
        self.num_blocks = checked_count("num_blocks", num_blocks)
        self.num_resolutions = checked_count("num_resolutions", num_resolutions)
        self.dropout = checked_rate("dropout", dropout)
        self._check_event()

        self.dropout_layer = keras.layers.Dropout(dropout)
        self.u_first = self._conv("u_first", (2, 3), above=2, left=1)
        self.ul_above = self._conv("ul_above", (1, 3), above=1, left=1)
        self.ul_left = self._conv("ul_left", (2, 1), above=1, left=1)
        self.u = [self._stream("u", i) for i in range(num_resolutions)]
        self.ul = [self._stream("ul", i) for i in range(num_resolutions)]
        output = self.output_distribution
        self.parameters_layer = NormedConv2D(
            output.num_parameters,
            (1, 1),
            above=0,
            left=0,
            init_scale=0.1,
            bias_initializer=output.bias_initializer,
            dtype="float32",
            name="parameters",
        )
        self.make_context_layers(
            [
                block.conv_out
                for stream in [*self.u, *self.ul]
                for block in [*stream.down, *stream.up]
            ]
        )
        self.build()

    def _check_event(self):
        divisor = 2 ** (self.num_resolutions - 1)
        height, width, channels = self.event_shape
        if height % divisor or width % divisor:
            raise ValueError(
                "The height and the width of `event_shape` must be divisible "
                f"by {divisor} with num_resolutions={self.num_resolutions}: "
                f"{-(-height // divisor) * divisor} x "
                f"{-(-width // divisor) * divisor} would do. "
                f"Received: event_shape={self.event_shape}"
            )
        if self.num_colours > 1:
            raise ValueError(
                "`distribution` must couple the channels of a pixel, as "
                '"discretized_logistic_mixture" does, for '
                f"{channels} channels. "
                f"Received: distribution={self.distribution!r}"
            )
        if self.context.encoded_rank > 1:
            raise ValueError(
                "`context_shape`, or what `context_network` makes of it, must "
                "be (n,): maps would have to be brought to every resolution. "
                f"Received: {self.context.features_shape} of context_shape="
                f"{self.context.shape}"
            )

    def _conv(self, name, kernel_size, *, above, left, filters=None, **options):
        return NormedConv2D(
            filters or self.filters,
            kernel_size,
            above=above,
            left=left,
            dtype=self.dtype_policy,
            name=name,
            **options,
        )

    def _stream(self, name, depth):
        """Makes the layers of the stream `name` at a resolution."""
        name = f"{name}_{depth}"
        width = 3 if name.startswith("u_") else 2
        is_lowest = depth == self.num_resolutions - 1
        window = {"kernel_size": (2, width), "above": 1, "left": 1}
        stride = unstride = None
        if not is_lowest:
            stride = self._conv(f"{name}_stride", strides=2, **window)
            unstride = UpsamplingConv2D(
                self.filters,
                width,
                dtype=self.dtype_policy,
                name=f"{name}_unstride",
            )
        return Stream(
            [
                self._block(f"{name}_down_{index}", window, skip=False)
                for index in range(self.num_blocks)
            ],
            [
                self._block(f"{name}_up_{index}", window, skip=True)
                for index in range(self.num_blocks + (not is_lowest))
            ],
            stride,
            unstride,
        )

    def _block(self, name, window, *, skip):
        point = {"kernel_size": (1, 1), "above": 0, "left": 0}
        is_u = name.startswith("u_")
        return Block(
            self._conv(f"{name}_in", **window),
            self._conv(
                f"{name}_out",
                filters=2 * self.filters,
                init_scale=0.1,
                **window,
            ),
            self._conv(f"{name}_skip", **point) if skip else None,
            self._conv(f"{name}_link", **point) if is_u else None,
        )

    def first_inputs(self, x: Array) -> tf.Tensor:
        return tf.concat([x, tf.ones_like(x[..., :1])], axis=-1)

    def row_stack(self, scope: Any, x: Array = None) -> None:
        scope.link(self.ul_left, scope.run(self.ul_above, x))
        self._u_shape(scope, 0, self.u, scope.run(self.u_first, x))

    def pixel_stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.run(self.ul_left, x)
        x = self._u_shape(scope, 0, self.ul, x)
        return scope.run(self.parameters_layer, ops.elu(x))

    def _u_shape(self, scope, depth, streams, x):
        """Runs a stream from one resolution down to the lowest and back."""
        stream, skips = streams[depth], [x]
        for index, block in enumerate(stream.down):
            x = scope.segment(self._gated_block, block, x)
            self._link(scope, block, self.ul[depth].down[index], x)
            skips.append(x)
        if stream.stride is None:
            skips.pop()
        else:
            x = scope.lower(
                stream.stride,
                stream.unstride,
                lambda scope, x: self._u_shape(scope, depth + 1, streams, x),
                x,
            )
        for index, block in enumerate(stream.up):
            x = scope.segment(self._gated_block, block, x, skips.pop())
            self._link(scope, block, self.ul[depth].up[index], x)
        return x

    def _gated_block(self, scope, block, x, skip=None):
        y = scope.run(block.conv_in, concat_elu(x))
        if skip is not None:
            y = y + scope.run(block.skip, concat_elu(skip))
        y = scope.dropout(self.dropout_layer, concat_elu(y))
        y = scope.run(block.conv_out, y)
        # The gate is computed in float32: bfloat16 takes a CPU longer, and
        # rounds both factors.
        c, d = ops.split(ops.cast(y, "float32"), 2, axis=-1)
        return x + ops.cast(c * ops.sigmoid(d), x.dtype)

    def _link(self, scope, block, target, x):
        if block.link is not None:
            scope.link(target.conv_in, scope.run(block.link, concat_elu(x)))

    @property
    def initialised(self) -> Any:
        """Whether the weights were initialised by examples, or trained."""
        # The scales of every layer are 1 until then.
        return bool(np.any(self.parameters_layer.scale.numpy() != 1.0))

    def fit(
        self, x: Array = None, y: Any = None, *args: Any, **kwargs: Any
    ) -> Any:
        """Trains as every model does; before the first update, initialises.

        See `initialise`; a model that was trained, or loaded, is left alone.

        Raises:
            ValueError: If the data is neither a dataset nor an array and the
                model was not initialised.
        """
        if not self.initialised:
            first = x
            if isinstance(x, tf.data.Dataset):
                first, x = peeked(x)
            strategy = self.distribute_strategy
            self.initialise(*first_examples(first, y, strategy))
        return super().fit(x, y, *args, **kwargs)

    def initialise(self, x: Array, context: Array | None = None) -> None:
        """Scales all weights by what the layers return on some examples [2].

        Afterwards the outputs of every layer have mean 0 and the standard
        deviation that its place asks for, over these examples. It runs eagerly
        and once for all replicas of a `tf.distribute` strategy. With several
        workers all must call it, and they get the result of the first.

        Args:
            x: Event values `[B, *event_shape]`.
            context: Contexts, as `log_prob` takes them.
        """
        x, context = self.checked(x, context)
        shifts = self._context_shifts(self.context.encoded(context))
        self._run_on_maps(
            InitialisingScope(shifts), self.output_distribution.network_input(x)
        )
        share_first(self.trainable_variables, self.distribute_strategy)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_blocks": self.num_blocks,
            "num_resolutions": self.num_resolutions,
            "dropout": self.dropout,
        }


def concat_elu(x: Array) -> tf.Tensor:
    """Returns `elu([x, -x])`, `[..., 2F]`."""
    return ops.elu(tf.concat([x, -x], axis=-1))
