"""Char-CNN: dilated causal convolutions over characters.

Shapes: B batch, T steps.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import checked_rate
from tf_autoregressive.layers.gates import gated
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CharCNN(SequenceModel):
    """A residual stack of dilated causal convolutions over symbols [1, 2].

        x = conv[1](embedding)
        y = tanh(f) sigmoid(g) or relu(f),   [f, g] = conv[k, d](x)
        x = x + conv[1](dropout(y))
        parameters = conv[1](relu(x))

    with the given dilations `d`. A step sees
    `1 + (k - 1) * sum(dilations)` symbols, and before the first one a start
    symbol.

    A context shifts what the convolutions return: labels and vectors equally
    at all steps, sequences `context_shape=(n_steps, n)` step by step, repeated
    where `n_steps` is a divisor of `T`.

    Args:
        event_shape: `(T,)`, or `(T, N)` for steps of `N` values.
        filters: Channels of the residual stream.
        kernel_size: `k`.
        dilations: `d` of every layer.
        gated: Whether layers have gates; else they are rectified.
        dropout: Share of `y` that is set to zero in training.
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
        >>> CharCNN((64,), num_levels=65, dilations=(1, 2, 4)).receptive_field
        15

    References:
        [1] Bai et al., "An Empirical Evaluation of Generic Convolutional and
            Recurrent Networks for Sequence Modeling", 2018, Sec. 3.
            https://arxiv.org/abs/1803.01271
        [2] van den Oord et al., "WaveNet", 2016, Eq. 2.
            https://arxiv.org/abs/1609.03499
        Deviation: a layer has one convolution, without weight normalisation,
        where [1] has two with it.
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        filters: int = 256,
        kernel_size: int = 3,
        dilations: Sequence[int] = (1, 2, 4, 8, 16, 32),
        gated: bool = True,
        dropout: float = 0.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.filters = checked_count("filters", filters)
        self.kernel_size = checked_count("kernel_size", kernel_size)
        self.dilations = checked_counts("dilations", dilations)
        self.gated = gated
        self.dropout = checked_rate("dropout", dropout)

        self.first_layer = self._conv("first", filters)
        width = 2 * filters if gated else filters
        self.convs = [
            self._conv(
                f"conv_{index}",
                width,
                kernel_size,
                dilation,
                gain=4.0 if gated else 1.0,
            )
            for index, dilation in enumerate(self.dilations)
        ]
        self.outputs_back = [
            self._conv(f"output_{index}", filters, gain=1.0 if gated else 2.0)
            for index in range(len(self.dilations))
        ]
        self.last_layer = self.make_parameters_layer()
        self.dropout_layer = keras.layers.Dropout(dropout, name="dropout")
        self.make_context_layers(
            {layer.name: layer.filters for layer in self.convs}
        )
        self.build()

    @property
    def receptive_field(self) -> int:
        """Number of earlier steps that a step sees."""
        return 1 + sum(layer.reach for layer in self.convs)

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.run(self.first_layer, x)
        for layers in zip(self.convs, self.outputs_back, strict=True):
            x = x + scope.segment(self._residual, layers, x)
        return scope.run(self.last_layer, ops.relu(x))

    def _residual(self, scope, layers, x):
        """Returns what a layer adds to its inputs."""
        layer, output = layers
        activation = gated if self.gated else ops.relu
        y = activation(scope.run(layer, x))
        return scope.run(output, scope.dropout(self.dropout_layer, y))

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "dilations": list(self.dilations),
            "gated": self.gated,
            "dropout": self.dropout,
        }
