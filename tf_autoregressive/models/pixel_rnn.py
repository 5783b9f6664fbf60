"""PixelRNN: LSTMs over the rows or the diagonals of an image.

Shapes: B batch, H rows, W columns, C channels, h units.
"""

from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_odd
from tf_autoregressive.layers import DiagonalBiLSTM
from tf_autoregressive.layers import RowLSTM
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.models.raster_model import relu_stack
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape

_RECURRENCES = ("row_lstm", "diagonal_bilstm")


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class PixelRNN(RasterModel):
    """PixelRNN [1]: a stack of LSTM layers over the pixels of an image.

        x = conv[k1, k1, mask A](x)                                     (2h)
        x = x + conv[1](lstm(x))                                        h, 2h
        logits = conv[1](relu(conv[1](relu(x))))                        head

    with mask B in every layer but the first. `lstm` is a `RowLSTM`, which sees
    a triangle above each pixel and its row as far as a convolution reaches, or
    a `DiagonalBiLSTM`, which sees every earlier position of its input. There,
    as the features of a position hold the pixels before it, one earlier pixel
    may stay out of sight: the last of the row above, where it is further to
    the right than `k1 // 2` columns.

    With `skip_connections` the output of every layer reaches the head by a
    convolution of its own: what the head reads is `x` and the sum of them.

    Features belong to a colour and see the same and earlier colours of their
    pixel, within every gate too. The channels of a pixel are drawn in turn,
    each seeing the ones before it;
    `distribution="discretized_logistic_mixture"` couples them instead, and
    features have no colour.

    Args:
        event_shape: `(H, W, C)`.
        recurrence: `"row_lstm"` or `"diagonal_bilstm"`.
        units: `h`; the residual stream has `2h`.
        num_layers: Number of LSTM layers.
        skip_connections: Whether all layers are read by the head.
        first_kernel_size: `k1`, odd.
        kernel_size: Width of the convolutions of `RowLSTM`, odd.
        head_filters: Filters of the layer before the parameters.
        **kwargs: Passed to `RasterModel`: `distribution`, `num_levels`,
            `num_components`, `num_classes`, `context_shape`, `rematerialise`.

    Input shape:
        `[B, H, W, C]`, event values.

    Output shape:
        A `tfd.Distribution` with batch shape `[B]`.

    Raises:
        ValueError: If the recurrence is not known, a size is not positive, a
            kernel even, or there are fewer units than colours.

    Example:
        >>> model = PixelRNN((28, 28, 1), units=8, num_layers=1)
        >>> model.sample(2, seed=0).shape
        TensorShape([2, 28, 28, 1])

    References:
        [1] van den Oord et al., "Pixel Recurrent Neural Networks", 2016,
            Table 1 and Sec. 3. https://arxiv.org/abs/1601.06759
    """

    def __init__(
        self,
        event_shape: Shape,
        *,
        recurrence: str = "diagonal_bilstm",
        units: int = 32,
        num_layers: int = 1,
        skip_connections: bool = False,
        first_kernel_size: int = 7,
        kernel_size: int = 3,
        head_filters: int = 64,
        **kwargs: Any,
    ) -> None:
        super().__init__(event_shape, **kwargs)
        if recurrence not in _RECURRENCES:
            raise ValueError(
                f"`recurrence` must be one of {', '.join(_RECURRENCES)}. "
                f"Received: recurrence={recurrence!r}"
            )
        self.recurrence = recurrence
        self.units = self.checked_filters("units", units)
        self.num_layers = checked_count("num_layers", num_layers)
        self.skip_connections = skip_connections
        self.first_kernel_size = checked_odd(
            "first_kernel_size", first_kernel_size
        )
        self.kernel_size = checked_odd("kernel_size", kernel_size)
        self.head_filters = self.checked_filters("head_filters", head_filters)

        # The states of these layers are float32, and so have to be their
        # weights.
        if self.dtype_policy.variable_dtype != "float32":
            raise ValueError(
                "`dtype` of recurrent image models must have weights of "
                "float32, as 'float32' and 'mixed_bfloat16' have. "
                f"Received: dtype={self.dtype_policy.name}"
            )
        image = self._colours(self.event_shape[-1])
        half, full = self._colours(units), self._colours(2 * units)
        self.first_layer = self._conv(
            "first", image, full, first_kernel_size, exclusive=True
        )
        self.lstms = [
            self._lstm(f"lstm_{index}", full, half)
            for index in range(num_layers)
        ]
        self.ups = [
            self._conv(f"up_{index}", half, full, 1)
            for index in range(num_layers)
        ]
        self.skips = [
            self._conv(f"skip_{index}", half, full, 1)
            for index in range(num_layers if skip_connections else 0)
        ]
        head = self._colours(head_filters)
        self.head = [
            self._conv("head", full, head, 1),
            self.make_parameters_layer(head),
        ]
        self.make_context_layers([self.first_layer, *self.lstms])
        self.build()

    def _lstm(self, name, in_colours, out_colours):
        options = {"dtype": self.dtype_policy, "name": name}
        if self.recurrence == "row_lstm":
            return RowLSTM(
                in_colours, out_colours, kernel_size=self.kernel_size, **options
            )
        return DiagonalBiLSTM(in_colours, out_colours, **options)

    def pixel_stack(self, scope: Any, x: Array) -> tf.Tensor:
        x = scope.run(self.first_layer, x)
        total = 0.0
        for index, lstm in enumerate(self.lstms):
            layers = [lstm, self.ups[index], *self.skips[index : index + 1]]
            residual, *skip = scope.segment(_recurrent_layer, layers, x)
            x = x + residual
            total = sum(skip, total)
        return relu_stack(scope, self.head, x + total)

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "recurrence": self.recurrence,
            "units": self.units,
            "num_layers": self.num_layers,
            "skip_connections": self.skip_connections,
            "first_kernel_size": self.first_kernel_size,
            "kernel_size": self.kernel_size,
            "head_filters": self.head_filters,
        }


def _recurrent_layer(scope, layers, x):
    """Returns what an LSTM adds to its inputs, and its skip if it has one."""
    lstm, *outputs = layers
    hidden = ops.cast(scope.run(lstm, x), lstm.compute_dtype)
    return [scope.run(output, hidden) for output in outputs]
