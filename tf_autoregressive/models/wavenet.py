"""WaveNet: dilated causal convolutions with gates and skips.

Shapes: B batch, T steps.
"""

import math
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers import AdaptivePrediction
from tf_autoregressive.layers import CausalConv1D
from tf_autoregressive.layers.gates import gated
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape

# Companding by the mu-law of 8 bits [1, Sec. 2.2].
_MU = 255.0


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
    `"discretized_logistic_mixture"`. The means of 16 bits have to be right to a
    few levels, which gates that saturate make hard. `direct_steps=n` adds a
    linear function of the last `n` steps to the parameters, as linear
    prediction does [2], one for each component:

        parameters = parameters + sum{ D[j] x[t - j] : 1 <= j <= n }

    and with `companded_inputs` the convolutions see, beside each value, its
    mu-law `sign(x) log(1 + 255 |x|) / log(256)`, in which soft sounds are large
    enough to be told apart.

    `adaptive_order=n` predicts each value by a linear function of the last `n`
    that is fitted to the sequence so far [3], `AdaptivePrediction`. With its
    prediction `p` and its running error `v`,

        x[t] = p[t] + v[t] e[t]

    and the network gives the distribution of `e[t]`. It sees `p`, `log v` and
    the errors so far beside the values. What is typical of one recording need
    not be in the weights then, and the model sees all steps before.

    Args:
        event_shape: `(T,)`, or `(T, N)` for steps of `N` values.
        filters: Channels of the residual stream.
        skip_filters: Channels of the skip connections and of the head.
        num_stacks: Number of times that the dilations are repeated.
        num_layers: Layers of a stack, dilated by `2^0` to `2^(num_layers-1)`.
        kernel_size: `k`.
        direct_steps: Number of the last steps that also go straight to the
            parameters, by a linear layer; `None` for none.
        companded_inputs: Whether the convolutions see values after mu-law
            companding too.
        adaptive_order: Order of a linear prediction that is fitted to each
            sequence; `None` for none.
        **kwargs: Passed to `SequenceModel`: `embedding_size`,
            `distribution`, `num_levels`, `num_components`, `num_classes`,
            `context_shape`, `variable_length`, `rematerialise`.

    Input shape:
        `[B, *event_shape]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If a size is not positive, `direct_steps` or
            `companded_inputs` is given with symbols, or `adaptive_order` with
            another distribution than logistic mixtures, or with steps of
            several values.

    Example:
        >>> model = WaveNet((64,), filters=8, num_stacks=1, num_layers=4)
        >>> model.receptive_field
        17

    References:
        [1] van den Oord et al., "WaveNet: A Generative Model for Raw Audio",
            2016, Sec. 2. https://arxiv.org/abs/1609.03499
            Deviation: a sequence of features is stretched by repetition, where
            the authors learn a transposed convolution.
        [2] Valin and Skoglund, "LPCNet: Improving Neural Speech Synthesis
            Through Linear Prediction", 2019. https://arxiv.org/abs/1810.11846
            Deviation: coefficients are learned, and the same at all times;
            which component predicts changes.
        [3] Huang et al., "Cascaded RLS-LMS Prediction in MPEG-4 Lossless Audio
            Coding", 2008. https://doi.org/10.1109/TASL.2007.911675
            Deviation: one stage of recursive least squares, and a network in
            place of the stages after it.
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
        direct_steps: int | None = None,
        companded_inputs: bool = False,
        adaptive_order: int | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        self.filters = checked_count("filters", filters)
        self.skip_filters = checked_count("skip_filters", skip_filters)
        self.num_stacks = checked_count("num_stacks", num_stacks)
        self.num_layers = checked_count("num_layers", num_layers)
        self.kernel_size = checked_count("kernel_size", kernel_size)

        if direct_steps is not None:
            direct_steps = checked_count("direct_steps", direct_steps)
        self.direct_steps = direct_steps
        self.companded_inputs = companded_inputs
        self._check_ordered()
        self.adaptive_order = adaptive_order
        self.prediction = self._prediction_layer()

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
        self.direct = self._direct_layer() if direct_steps else None
        self.make_context_layers(
            {layer.name: layer.filters for layer in self.gates}
        )
        self.build()

    def _check_ordered(self):
        if self.embedding is not None and (
            self.direct_steps or self.companded_inputs
        ):
            raise ValueError(
                "`distribution` must be one of ordered values with "
                "`direct_steps` or `companded_inputs`: symbols have no size. "
                f"Received: distribution={self.distribution!r}"
            )

    def _prediction_layer(self):
        """Returns the layer that predicts each value, or `None`."""
        if self.adaptive_order is None:
            return None
        order = checked_count("adaptive_order", self.adaptive_order)
        if not self.output_distribution.has_location:
            raise ValueError(
                "`distribution` must have a location with `adaptive_order`, "
                'such as "discretized_logistic_mixture", for steps of a single '
                f"value. Received: distribution={self.distribution!r}, "
                f"event_shape={self.event_shape}"
            )
        return AdaptivePrediction(
            order,
            # The step from one level to the next.
            smallest=2.0 / (self.num_levels - 1),
            # 8 significant bits would be too few for a mean.
            dtype="float32",
            name="prediction",
        )

    def _direct_layer(self):
        """Returns the layer from the last steps straight to the parameters."""
        return CausalConv1D(
            self.head[-1].filters,
            self.direct_steps,
            use_bias=False,
            # 8 significant bits of the inputs would be too few for a mean.
            dtype="float32",
            name="direct",
        )

    @property
    def receptive_field(self) -> int:
        """Number of earlier steps that a step sees.

        A prediction that is fitted to all of them does not count.
        """
        deep = 1 + sum(conv.reach for conv in self.convs)
        return max(deep, self.direct_steps or 0)

    def _embedded(self, codes):
        if self.companded_inputs:
            codes = ops.concatenate([codes, _companded(codes)], axis=-1)
        return super()._embedded(codes)

    def _next_parameters(self, scope, codes):
        x = self._embedded(codes)
        if self.prediction is None:
            return self._with_direct(scope, codes, x)
        found = scope.run(self.prediction, codes)
        location, scale, off = tf.split(found, 3, axis=-1)
        # The logarithms of 16 bits go from -10 to 0.
        seen = [_companded(location), 0.1 * tf.math.log(scale), tf.asinh(off)]
        seen = tf.cast(tf.concat(seen, axis=-1), x.dtype)
        x = tf.concat([x, seen], axis=-1)
        parameters = self._with_direct(scope, codes, x)
        return self.output_distribution.moved(
            parameters, location[..., 0], scale[..., 0]
        )

    def _with_direct(self, scope, codes, x):
        """Returns parameters `[..., N * P]`, those of the last steps added."""
        parameters = self._parameters_of_inputs(scope, x)
        if self.direct is None:
            return parameters
        return parameters + scope.run(self.direct, codes)

    def stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.run(self.first_layer, x)
        total = 0.0
        for gate, output in zip(self.gates, self.outputs, strict=True):
            z = scope.segment(_gated_layer, (gate, output), x)
            residual, skip = ops.split(z, [self.filters], axis=-1)
            x, total = x + residual, total + skip
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
            "direct_steps": self.direct_steps,
            "companded_inputs": self.companded_inputs,
            "adaptive_order": self.adaptive_order,
        }


def _companded(codes):
    """Returns the mu-law of values on the scale [-1, 1]."""
    loud = ops.log1p(_MU * ops.abs(codes)) / math.log1p(_MU)
    return ops.sign(codes) * loud


def _gated_layer(scope, layers, x):
    """Returns what a layer adds to its inputs and to the skips."""
    gate, output = layers
    return scope.run(output, gated(scope.run(gate, x)))
