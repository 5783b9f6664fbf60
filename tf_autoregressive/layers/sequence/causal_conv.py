"""Causal convolution over a sequence, all steps or one at a time.

Shapes: B batch, T steps, I input channels, O filters, k taps, d dilation.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.types import Initializer
from tf_autoregressive.types import State


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class CausalConv1D(SequenceLayer, keras.layers.Layer):
    """Convolves a sequence with what came before, its own step included.

        outputs[t] = bias + sum_j x[t - (k - 1 - j) * d] @ kernel[j]

    with zeros before the first step: a step sees `(k - 1) * d` steps back.

    Args:
        filters: Number of output channels `O`.
        kernel_size: `k`.
        dilation: `d`, how many steps lie between two taps.
        use_bias: Whether to add a bias.
        gain: Scale of the initial kernel, whose variance is `gain / (k * I)`: 1
            keeps the scale of the inputs, 2 that of rectified ones, 4 makes up
            for a gate.
        bias_initializer: Keras initializer.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, T, I]`, float.

    Output shape:
        `[B, T, O]`, in the compute dtype.

    Raises:
        ValueError: If a size is below 1.

    Example:
        >>> layer = CausalConv1D(4, 2, dilation=8)
        >>> layer.reach
        8

    References:
        [1] van den Oord et al., "WaveNet", 2016, Sec. 2.1.
            https://arxiv.org/abs/1609.03499
    """

    has_steps = True

    def __init__(
        self,
        filters: int,
        kernel_size: int = 1,
        *,
        dilation: int = 1,
        use_bias: bool = True,
        gain: float = 1.0,
        bias_initializer: Initializer = "zeros",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.filters = checked_count("filters", filters)
        self.kernel_size = checked_count("kernel_size", kernel_size)
        self.dilation = checked_count("dilation", dilation)
        self.use_bias = use_bias
        self.gain = gain
        self.bias_initializer = keras.initializers.get(bias_initializer)

    @property
    def reach(self) -> int:
        """Number of steps back that an output sees."""
        return (self.kernel_size - 1) * self.dilation

    def build(self, input_shape: Sequence[Any]) -> None:
        self.in_channels = input_shape[-1]
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.in_channels, self.filters),
            initializer=keras.initializers.VarianceScaling(
                self.gain, distribution="uniform"
            ),
        )
        self.bias = None
        if self.use_bias:
            self.bias = self.add_weight(
                name="bias",
                shape=(self.filters,),
                initializer=self.bias_initializer,
            )

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], self.filters)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        padded = tf.pad(inputs, [[0, 0], [self.reach, 0], [0, 0]])
        return self._after_past(padded, tf.shape(inputs)[1])

    def _after_past(self, inputs, length):
        """Returns the outputs of the last steps, `[B, length, O]`.

        Args:
            inputs: `[B, reach + length, I]`.
            length: Number of steps.
        """
        taps = [
            inputs[:, tap * self.dilation : tap * self.dilation + length]
            for tap in range(self.kernel_size)
        ]
        return self._of_window(taps)

    def _of_window(self, taps):
        """Returns `[..., O]` of the inputs `[..., I]` at the taps.

        Args:
            taps: The earliest first.
        """
        window = taps[0] if len(taps) == 1 else tf.concat(taps, axis=-1)
        kernel = tf.cast(self.kernel, self.compute_dtype)
        kernel = tf.reshape(kernel, [-1, self.filters])
        outputs = _product(window, kernel)
        if self.bias is None:
            return outputs
        return outputs + tf.cast(self.bias, outputs.dtype)

    # The state is a ring of the inputs that are in reach, with that of step `t`
    # at `t % reach`. Within a block it is an array, because a step reads a few
    # entries and writes one.

    def first_state(self, batch_size: int | tf.Tensor, num_steps: int) -> Any:
        if not self.reach:
            return ()
        shape = [self.reach, batch_size, self.in_channels]
        return tf.zeros(shape, self.compute_dtype)

    def opened(
        self, state: State, time: int | tf.Tensor, num_steps: int
    ) -> Any:
        if not self.reach:
            return ()
        return tf.TensorArray(
            state.dtype,
            self.reach,
            element_shape=state.shape[1:],
            clear_after_read=False,
        ).unstack(state)

    def step(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        if not self.reach:
            return self._of_window([x]), ()
        taps = [
            state.read((time + tap * self.dilation) % self.reach)
            for tap in range(self.kernel_size - 1)
        ]
        state = state.write(time % self.reach, x)
        return self._of_window([*taps, x]), state

    def closed(self, state: State, time: int | tf.Tensor) -> Any:
        return state.stack() if self.reach else ()

    def steps(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        if not self.reach:
            return self(x), ()
        past = tf.roll(state, -(time % self.reach), axis=0)
        inputs = tf.concat([tf.transpose(past, [1, 0, 2]), x], axis=1)
        length = tf.shape(x)[1]
        last = tf.transpose(inputs[:, -self.reach :], [1, 0, 2])
        state = tf.roll(last, (time + length) % self.reach, axis=0)
        return self._after_past(inputs, length), state

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "dilation": self.dilation,
            "use_bias": self.use_bias,
            "gain": self.gain,
            "bias_initializer": keras.initializers.serialize(
                self.bias_initializer
            ),
        }


def _product(x, kernel):
    """Returns `x @ kernel`, `[..., O]`."""
    if len(x.shape) != 2 or x.shape[0] != 1:
        return tf.tensordot(x, kernel, 1)
    # A single row takes a CPU half the time as a column, in a plain graph.
    column = tf.matmul(kernel, x, transpose_a=True, transpose_b=True)
    return tf.reshape(column, [1, kernel.shape[1]])
