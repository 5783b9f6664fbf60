"""A causal Transformer over the pixels of an image.

Shapes: B batch, H rows, W columns, C channels.
"""

from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.layers import CausalSelfAttention2D
from tf_autoregressive.layers import ShiftedConv2D
from tf_autoregressive.layers.raster.step_embedding import StepEmbedding
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.models.transformer_blocks import make_block
from tf_autoregressive.models.transformer_blocks import norm
from tf_autoregressive.models.transformer_blocks import pattern_of
from tf_autoregressive.models.transformer_blocks import run_block
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class ImageTransformer(RasterModel):
    """A Transformer decoder over pixels in raster order, R then G then B [1].

        x = W_0 x_before + row + column + colour + conv(rows above)
        x = x + W_2 attention(W_1 norm(x))
        x = x + W_4 gelu(W_3 norm(x))                       in each layer
        parameters = W norm(x) + b

    A step is a colour of a pixel, or a whole pixel where the distribution
    couples its colours. It gets the value of the step before it, and attends
    to itself and all steps before. With `stride`, layers alternate between the
    last `stride` steps and every `stride`-th step before, which together are
    all steps [2].

    A context shifts the inputs of the first layer: labels and vectors equally
    at all pixels, maps pixel by pixel.

    Args:
        event_shape: `(H, W, C)`.
        units: Channels of the residual stream, of each step.
        num_layers: Number of layers.
        num_heads: Heads of attention; they divide the units.
        mlp_units: Units between the two layers of a step; `None` for four
            times `units`.
        first_kernel_size: Width of the window on the rows above that a step
            sees before any attention, with half as many rows; odd, at least 3.
        dropout: Share of the first inputs, and of the outputs that layers add,
            that is set to zero in training.
        attention_dropout: Share of the weights of attention that is set to zero
            in training.
        stride: Distance of steps in attention of two alternating patterns;
            `None` for all steps in every layer.
        **kwargs: Passed to `RasterModel`: `distribution`, `num_levels`,
            `num_components`, `num_classes`, `context_shape`, `rematerialise`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, the kernel even, or the heads do
            not divide the units.

    Example:
        >>> model = ImageTransformer(
        ...     (8, 8, 1), units=16, num_layers=1, num_heads=2
        ... )
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 8, 8, 1])

    References:
        [1] Chen et al., "Generative Pretraining from Pixels", 2020, Sec. 2.
            https://proceedings.mlr.press/v119/chen20s.html
            Deviations: values are scaled levels, not colours of a palette;
            positions are sums of rows, columns and colours [2]; a convolution
            shows a step the rows above it; norms are those of GPT-2.
        [2] Child et al., "Generating Long Sequences with Sparse Transformers",
            2019, Secs. 4.3 and 5.3. https://arxiv.org/abs/1904.10509
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        units: int = 128,
        num_layers: int = 4,
        num_heads: int = 4,
        mlp_units: int | None = None,
        first_kernel_size: int = 7,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        stride: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.units = checked_count("units", units)
        mlp_units = 4 * units if mlp_units is None else mlp_units
        self.num_layers = checked_count("num_layers", num_layers)
        self.num_heads = checked_count("num_heads", num_heads)
        self.mlp_units = checked_count("mlp_units", mlp_units)
        # A smaller kernel would reach no row above.
        self.first_kernel_size = checked_odd(
            "first_kernel_size", first_kernel_size, at_least=3
        )
        self.dropout = checked_rate("dropout", dropout)
        self.attention_dropout = checked_rate(
            "attention_dropout", attention_dropout
        )
        self.stride = (
            None if stride is None else checked_count("stride", stride)
        )

        self.rows_above = ShiftedConv2D(
            self.num_colours * units,
            (first_kernel_size // 2, first_kernel_size),
            above=first_kernel_size // 2,
            left=first_kernel_size // 2,
            use_bias=False,
            dtype=self.dtype_policy,
            name="rows_above",
        )
        self.steps = StepEmbedding(
            units, self.num_colours, dtype=self.dtype_policy, name="steps"
        )
        self.blocks = [self._block(index) for index in range(num_layers)]
        self.last_norm = norm("last_norm", self.dtype_policy)
        self.last_layer = keras.layers.Dense(
            self.output_distribution.num_parameters,
            kernel_initializer="zeros",
            bias_initializer=self.output_distribution.bias_initializer,
            dtype="float32",
            name="parameters",
        )
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        self.make_context_layers([self.steps])
        self.build()

    def _block(self, index):
        window, stride = pattern_of(index, self.num_sites, self.stride)
        attention = CausalSelfAttention2D(
            self.units,
            self.num_heads,
            window,
            num_colours=self.num_colours,
            stride=stride,
            dropout=self.attention_dropout,
            dtype=self.dtype_policy,
            name=f"attention_{index}",
        )
        return make_block(
            index,
            attention,
            mlp_units=self.mlp_units,
            num_blocks=self.num_layers,
            dtype=self.dtype_policy,
        )

    def row_stack(self, scope: Any, x: tf.Tensor | None = None) -> None:
        scope.link(self.steps, scope.run(self.rows_above, x))

    def pixel_stack(self, scope: Any, x: tf.Tensor) -> tf.Tensor:
        x = scope.run(self.steps, x)
        x = scope.dropout(self.dropout_layer, x)
        for block in self.blocks:
            x = run_block(scope, block, self.dropout_layer, x)
        return self.last_layer(self.last_norm(x))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "units": self.units,
            "num_layers": self.num_layers,
            "num_heads": self.num_heads,
            "mlp_units": self.mlp_units,
            "first_kernel_size": self.first_kernel_size,
            "dropout": self.dropout,
            "attention_dropout": self.attention_dropout,
            "stride": self.stride,
        }
