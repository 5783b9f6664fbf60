"""WaveNet: dilated causal convolutions with gates and skips.

Shapes: B batch, T steps.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers.gates import gated
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class WaveNet(SequenceModel):
    """WaveNet [1]: a model of sound, sample by sample.

        x = conv[k](x)
        z = tanh(conv_f(x) + V_f h) sigmoid(conv_g(x) + V_g h)  [1, Eqs. 2, 3]
        x = x + conv[1](z),  skip = skip + conv[1](z)
        parameters = conv[1](relu(conv[1](relu(skip))))

    with `conv_f` and `conv_g` causal convolutions of size `k`, dilated by 1, 2,
    4, ... in the layers of a stack. A context `h` shifts what the gates get: a
    label or a vector equally at all steps, a sequence of features
    `context_shape=(n_steps, n)` step by step, repeated where `n_steps` is a
    divisor of `T`.

    Sound is 8-bit after mu-law companding, as `distribution="symbols"` or
    `"categorical"` with 256 levels, or 16-bit with
    `"discretized_logistic_mixture"`.

    Args:
        event_shape: `(T,)`, or `(T, N)` for steps of `N` values.
        filters: Channels of the residual stream.
        skip_filters: Channels of the skip connections and of the head.
        num_stacks: Number of times that the dilations are repeated.
        num_layers: Layers of a stack, dilated by `2^0` to `2^(num_layers-1)`.
        kernel_size: `k`.
        **kwargs: Passed to `SequenceModel`: `embedding_size`,
            `distribution`, `num_levels`, `num_components`, `num_classes`,
            `context_shape`, `variable_length`, `rematerialise`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive.

    Example:
        >>> model = WaveNet((64,), filters=8, num_stacks=1, num_layers=4)
        >>> model.receptive_field
        17

    References:
        [1] van den Oord et al., "WaveNet: A Generative Model for Raw Audio",
            2016, Sec. 2. https://arxiv.org/abs/1609.03499
            Deviation: a sequence of features is stretched by repetition, where
            the authors learn a transposed convolution.
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        filters: int = 64,
        skip_filters: int = 128,
        num_stacks: int = 3,
        num_layers: int = 10,
        kernel_size: int = 2,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.filters = checked_count("filters", filters)
        self.skip_filters = checked_count("skip_filters", skip_filters)
        self.num_stacks = checked_count("num_stacks", num_stacks)
        self.num_layers = checked_count("num_layers", num_layers)
        self.kernel_size = checked_count("kernel_size", kernel_size)

        self.first_layer = self._conv("first", filters, kernel_size)
        dilations = [2**layer for layer in range(num_layers)] * num_stacks
        self.gates = [
            self._conv(
                f"gate_{index}", 2 * filters, kernel_size, dilation, gain=4.0
            )
            for index, dilation in enumerate(dilations)
        ]
        self.outputs = [
            self._conv(f"output_{index}", filters + skip_filters)
            for index in range(len(dilations))
        ]
        self.head = [
            self._conv("head", skip_filters, gain=2.0),
            self.make_parameters_layer(),
        ]
        self.convs = [self.first_layer, *self.gates, *self.outputs, *self.head]
        self.make_context_layers(
            {layer.name: layer.filters for layer in self.gates}
        )
        self.build()

    @property
    def receptive_field(self) -> int:
        """Number of earlier steps that a step sees."""
        return 1 + sum(conv.reach for conv in self.convs)

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.run(self.first_layer, x)
        total = 0.0
        for gate, output in zip(self.gates, self.outputs, strict=True):
            z = scope.segment(_gated_layer, (gate, output), x)
            x = x + z[..., : self.filters]
            total = total + z[..., self.filters :]
        for layer in self.head:
            total = scope.run(layer, ops.relu(total))
        return total

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "skip_filters": self.skip_filters,
            "num_stacks": self.num_stacks,
            "num_layers": self.num_layers,
            "kernel_size": self.kernel_size,
        }


def _gated_layer(scope, layers, x):
    """Returns what a layer adds to its inputs and to the skips."""
    gate, output = layers
    return scope.run(output, gated(scope.run(gate, x)))
