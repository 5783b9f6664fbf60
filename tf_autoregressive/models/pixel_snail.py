"""PixelSNAIL: gated convolutions, and attention to all earlier pixels.

Shapes: B batch, H rows, W columns, C channels.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.layers import CausalSelfAttention2D
from tf_autoregressive.layers.gates import linearly_gated
from tf_autoregressive.layers.raster.background import Background
from tf_autoregressive.layers.raster.previous_step import PreviousFeatures
from tf_autoregressive.layers.raster.previous_step import PreviousValues
from tf_autoregressive.layers.raster.steps import joined
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.types import Shape

# The authors scale what a layer adds by 0.1 at first.
_SMALL = 0.01


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PixelSNAIL(RasterModel):
    """PixelSNAIL [1].

        u = conv(x)                                        earlier pixels
        u = u + gate(conv(elu(conv(elu(u)))))              num_layers times
        k, v = conv[1](elu(conv[1](x_before, u_before, place)))
        q = conv[1](elu(conv[1](u, place)))
        y = attention(q, k, v)
        u = u + gate(conv[1](elu(conv[1](elu(u)) + conv[1](y))))
        parameters = conv[1](elu(u))
        gate([a, b]) = a * sigmoid(b)

    Convolutions see the pixels around that come earlier, attention sees all of
    them: the keys and values of a step are those of the step before it, its
    value included, so that a step may look at its own key and at all before.
    For the first step they are made of zeros. The place of a pixel is given by
    two numbers, its distances from the centre.

    A step is a colour of a pixel, or a whole pixel where the distribution
    couples its colours, as the discretized logistic mixture of [1] does.

    A context shifts the outputs of the convolutions: labels and vectors equally
    at all pixels, maps pixel by pixel.

    Args:
        event_shape: `(H, W, C)`.
        filters: Filters of each colour that is drawn in its turn.
        num_blocks: Number of blocks.
        num_layers: Gated residual layers of a block.
        attention_every: Number of blocks of which the last ends with attention;
            1 for all blocks.
        num_heads: Heads of attention.
        key_units: Channels of the keys of all heads.
        value_units: Channels of the values of all heads; `None` for half of
            `filters`.
        first_kernel_size: Size of the first convolution, odd, at least 3.
        kernel_size: Size of the other ones, odd.
        dropout: Share of the features between the two convolutions of a layer
            that is set to zero in training.
        **kwargs: Passed to `RasterModel`: `distribution`, `num_levels`,
            `num_components`, `num_classes`, `context_shape`, `rematerialise`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, a kernel even, or the heads do
            not divide the channels of keys and values.

    Example:
        >>> model = PixelSNAIL((8, 8, 1), filters=8, num_blocks=2, num_layers=1)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 8, 8, 1])

    References:
        [1] Chen et al., "PixelSNAIL: An Improved Autoregressive Generative
            Model", 2018, Sec. 2 and Fig. 2. https://arxiv.org/abs/1712.09763
            Deviations: convolutions are masked squares, where the authors have
            2 x 2 above and to the left, with weight normalisation; keys,
            values and queries come from two layers each, not from a gated
            one; the attention of the authors leaves the own step out, where
            here keys and values are moved by a step.
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        filters: int = 64,
        num_blocks: int = 4,
        num_layers: int = 2,
        attention_every: int = 2,
        num_heads: int = 1,
        key_units: int = 16,
        value_units: int | None = None,
        first_kernel_size: int = 7,
        kernel_size: int = 3,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.filters = checked_count("filters", filters)
        self.num_blocks = checked_count("num_blocks", num_blocks)
        self.num_layers = checked_count("num_layers", num_layers)
        self.attention_every = checked_count("attention_every", attention_every)
        self.num_heads = checked_count("num_heads", num_heads)
        self.key_units = checked_count("key_units", key_units)
        if value_units is None:
            value_units = max(1, filters // 2)
        self.value_units = checked_count("value_units", value_units)
        # A smaller kernel would reach no other pixel.
        self.first_kernel_size = checked_odd(
            "first_kernel_size", first_kernel_size, at_least=3
        )
        self.kernel_size = checked_odd("kernel_size", kernel_size)
        self.dropout = checked_rate("dropout", dropout)

        self.first_layer = self._conv(
            "first",
            self._colours(self.event_shape[-1]),
            self._of_each(filters),
            first_kernel_size,
            exclusive=True,
        )
        self.previous_values = PreviousValues(
            self.num_colours, dtype=self.dtype_policy, name="previous_values"
        )
        self.layers_of_blocks = [
            [
                self._residual_layers(f"{block}_{layer}")
                for layer in range(num_layers)
            ]
            for block in range(num_blocks)
        ]
        self.attentions = [
            self._attention_layers(block)
            if (block + 1) % attention_every == 0
            else None
            for block in range(num_blocks)
        ]
        self.last_layer = self.make_parameters_layer(self._of_each(filters))
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        self.make_context_layers(
            [
                self.first_layer,
                *(pair[0] for block in self.layers_of_blocks for pair in block),
            ]
        )
        self.build()

    def _of_each(self, number):
        """Returns the colours of `number` features of each colour."""
        return self._colours(number * self.num_colours)

    def _residual_layers(self, name):
        features = self._of_each(self.filters)
        size = self.kernel_size
        return [
            self._conv(f"layer_{name}", features, features, size),
            self._conv(
                f"gate_{name}",
                features,
                [*features, *features],
                size,
                gain=_SMALL,
            ),
        ]

    def _attention_layers(self, block):
        filters, colours = self.filters, self.num_colours
        step_size = self.event_shape[-1] // colours
        features = self._of_each(filters)
        previous = PreviousFeatures(
            colours, dtype=self.dtype_policy, name=f"previous_{block}"
        )
        attention = CausalSelfAttention2D(
            self.value_units,
            self.num_heads,
            self.num_sites,
            num_colours=colours,
            key_units=self.key_units,
            dtype=self.dtype_policy,
            name=f"attention_{block}",
        )
        return [
            previous,
            *self._placed_layers(
                f"keys_values_{block}",
                filters + step_size,
                self.key_units + self.value_units,
            ),
            *self._placed_layers(f"queries_{block}", filters, self.key_units),
            attention,
            self._conv(f"features_{block}", features, features, 1),
            self._conv(
                f"attended_{block}",
                self._of_each(self.value_units),
                features,
                1,
            ),
            self._conv(
                f"attention_gate_{block}",
                features,
                [*features, *features],
                1,
                gain=_SMALL,
            ),
        ]

    def _placed_layers(self, name, width, outputs):
        """Returns layers that make keys and values, or queries, of features."""
        features = self._of_each(self.filters)
        return [
            Background(
                self.num_colours, dtype=self.dtype_policy, name=f"{name}_place"
            ),
            self._conv(f"{name}_hidden", self._of_each(width + 2), features, 1),
            self._conv(name, features, self._of_each(outputs), 1),
        ]

    def pixel_stack(self, scope: Any, x: tf.Tensor) -> tf.Tensor:
        before = scope.run(self.previous_values, x)
        u = scope.run(self.first_layer, x)
        for block, attention in zip(
            self.layers_of_blocks, self.attentions, strict=True
        ):
            for layers in block:
                u = u + scope.segment(
                    _residual, [*layers, self.dropout_layer], u
                )
            if attention is not None:
                u = u + scope.segment(self._attended, attention, u, before)
        return scope.run(self.last_layer, ops.elu(u))

    def _attended(self, scope, layers, u, before):
        """Returns what attention adds to the features.

        Args:
            scope: The scope that runs the stack.
            layers: From `_attention_layers`.
            u: The features.
            before: The values of the step before.
        """
        previous, *of_keys = layers[:4]
        of_queries = layers[4:7]
        attention, features, attended, gate = layers[7:]
        seen = joined([before, scope.run(previous, u)], self.num_colours)
        queries_keys_values = joined(
            [_placed(scope, of_queries, u), _placed(scope, of_keys, seen)],
            self.num_colours,
        )
        found = scope.run(attention, queries_keys_values)
        y = scope.run(features, ops.elu(u)) + scope.run(attended, found)
        return linearly_gated(scope.run(gate, ops.elu(y)))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "num_blocks": self.num_blocks,
            "num_layers": self.num_layers,
            "attention_every": self.attention_every,
            "num_heads": self.num_heads,
            "key_units": self.key_units,
            "value_units": self.value_units,
            "first_kernel_size": self.first_kernel_size,
            "kernel_size": self.kernel_size,
            "dropout": self.dropout,
        }


def _residual(scope, layers, u):
    """Returns what a gated residual layer adds to its inputs."""
    layer, gate, dropout = layers
    y = ops.elu(scope.run(layer, ops.elu(u)))
    return linearly_gated(scope.run(gate, scope.dropout(dropout, y)))


def _placed(scope, layers, x):
    """Returns keys and values, or queries, of features."""
    place, hidden, last = layers
    x = scope.run(hidden, scope.run(place, x))
    return scope.run(last, ops.elu(x))
