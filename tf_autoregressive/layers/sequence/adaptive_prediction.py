"""Linear prediction that is fitted to a sequence while the sequence is read.

Shapes: B batch, T steps, N values of a step, n order.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.types import State

# Share of the running error that is kept from step to step, and the error
# before the first step.
_KEPT, _FIRST_ERROR = 0.8, 1e-3

# Ridges: relative to the mean power of the inputs, and absolute, for silence.
_RIDGE, _LEAST_RIDGE = 1e-5, 1e-3


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class AdaptivePrediction(SequenceLayer, keras.layers.Layer):
    """Recursive least squares [1]: predicts the next step from the last `n`.

        p[t] = sum{ w[t, j] x[t - j] : 0 <= j < n }
        e[s] = x[s] - sum{ w[j] x[s - 1 - j] : 0 <= j < n }
        w[t] = argmin(sum{ f^(t - s) e[s]^2 / v[s] : s <= t } + r[t] |w|^2)
        v[t] = 0.8 v[t - 1] + 0.2 |x[t] - p[t - 1]|

    for every value of a step alone, with `p` clipped to [-1, 1] and `v` at
    least `smallest`. The coefficients `w` are not weights: they are fitted to
    each sequence, as lossless coders of sound do [2], and nothing is trained.
    Dividing by the running error `v` keeps loud errors, such as the pulses of a
    voice, from deciding the fit.

    The ridge `r`, 1e-5 of the mean power in the sum and 1e-3 besides, is laid
    on one coefficient after the other, as observations of zero [3]. Without it
    a constant input, which says nothing of most directions, would let the
    inverse of the sums grow without bound. The inverse is float64 under every
    policy.

    Args:
        order: `n`.
        forgetting: `f`, what a step counts in comparison with the next one.
        smallest: The least running error, on the scale of the inputs.
        **kwargs: Passed to `keras.layers.Layer`.

    Input shape:
        `[B, T, N]`, float, on the scale [-1, 1].

    Output shape:
        `[B, T, 3 * N]`, in the compute dtype: the predictions `p[t]` of the
        next step, the running errors `v[t]`, and how many running errors the
        last prediction was off, `(x[t] - p[t - 1]) / v[t - 1]`.

    Raises:
        ValueError: If `order` is below 1, `forgetting` is not in (0, 1), or
            `smallest` is not positive.

    Example:
        >>> layer = AdaptivePrediction(2)
        >>> wave = tf.sin(0.5 * tf.range(100.0))[None, :, None]
        >>> prediction = layer(wave)[..., 0]
        >>> float(abs(prediction[0, -2] - wave[0, -1, 0])) < 1e-3
        True

    References:
        [1] Haykin, "Adaptive Filter Theory", 4th edition, 2002, Sec. 9.3.
            Deviation: errors are weighted.
        [2] Huang et al., "Cascaded RLS-LMS Prediction in MPEG-4 Lossless Audio
            Coding", 2008. https://doi.org/10.1109/TASL.2007.911675
        [3] Gunnarsson, "Combining Tracking and Regularization in Recursive
            Least Squares Identification", 1996.
    """

    has_steps = True

    def __init__(
        self,
        order: int,
        *,
        forgetting: float = 0.99,
        smallest: float = 1e-4,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.order = checked_count("order", order)
        self.forgetting = forgetting
        self.smallest = smallest
        if not 0.0 < forgetting < 1.0:
            raise ValueError(
                "`forgetting` must be above 0 and below 1. "
                f"Received: forgetting={forgetting}"
            )
        if not smallest > 0.0:
            raise ValueError(
                f"`smallest` must be positive. Received: smallest={smallest}"
            )

    def build(self, input_shape: Sequence[Any]) -> None:
        self.in_channels = input_shape[-1]

    def compute_output_shape(self, input_shape: Sequence[Any]) -> tuple:
        return (*input_shape[:-1], 3 * self.in_channels)

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        first = self.first_state(
            inputs.shape[0] or tf.shape(inputs)[0], inputs.shape[1]
        )
        return self.steps(inputs, first, 0)[0]

    def first_state(self, batch_size: int | tf.Tensor, num_steps: int) -> Any:
        shape = [batch_size, self.in_channels]
        error = tf.constant(max(_FIRST_ERROR, self.smallest), tf.float64)
        inverse = tf.eye(self.order, batch_shape=shape, dtype=tf.float64)
        return {
            "past": tf.zeros([*shape, self.order], tf.float64),
            "coefficients": tf.zeros([*shape, self.order], tf.float64),
            "inverse": inverse / _LEAST_RIDGE,
            "power": tf.zeros(shape, tf.float64),
            "prediction": tf.zeros(shape, tf.float64),
            "error": tf.fill(shape, error),
        }

    def step(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        x = tf.cast(x, tf.float64)
        off = x - state["prediction"]
        error = _KEPT * state["error"] + (1.0 - _KEPT) * tf.abs(off)
        error = tf.maximum(error, self.smallest)
        power = self.forgetting * state["power"] + x * x / error
        coefficients, inverse = _fitted(
            state["coefficients"],
            state["inverse"] / self.forgetting,
            state["past"],
            x,
            1.0 / error,
        )
        coefficients, inverse = self._with_ridge(
            coefficients, inverse, power, time
        )

        past = tf.concat([x[..., None], state["past"][..., :-1]], axis=-1)
        prediction = tf.reduce_sum(coefficients * past, axis=-1)
        prediction = tf.clip_by_value(prediction, -1.0, 1.0)
        outputs = tf.concat([prediction, error, off / state["error"]], axis=-1)
        return tf.cast(outputs, self.compute_dtype), {
            "past": past,
            "coefficients": coefficients,
            "inverse": inverse,
            "power": power,
            "prediction": prediction,
            "error": error,
        }

    def _with_ridge(self, coefficients, inverse, power, time):
        """Returns the fit after one coefficient has been observed to be zero.

        Args:
            coefficients: `[B, N, n]`.
            inverse: `[B, N, n, n]`.
            power: `[B, N]`, the weighted sum of squares.
            time: The number of the step, which says which coefficient.
        """
        # Every coefficient has its turn once in `n` steps.
        turns = self.order * (1.0 - self.forgetting)
        which = tf.one_hot(time % self.order, self.order, dtype=tf.float64)
        ridge = _RIDGE * power + _LEAST_RIDGE
        return _fitted(
            coefficients, inverse, which, tf.zeros_like(power), turns * ridge
        )

    def steps(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        num_steps = x.shape[1] or tf.shape(x)[1]
        inputs = tf.TensorArray(x.dtype, num_steps).unstack(
            tf.transpose(x, [1, 0, 2])
        )
        outputs = tf.TensorArray(
            self.compute_dtype,
            num_steps,
            element_shape=[x.shape[0], 3 * self.in_channels],
        )

        def body(index, state, outputs):
            found, state = self.step(inputs.read(index), state, time + index)
            return index + 1, state, outputs.write(index, found)

        _, state, outputs = tf.while_loop(
            lambda index, *_: index < num_steps,
            body,
            (0, state, outputs),
            maximum_iterations=num_steps,
        )
        return tf.transpose(outputs.stack(), [1, 0, 2]), state

    def get_config(self) -> dict[str, Any]:
        return {
            **super().get_config(),
            "order": self.order,
            "forgetting": self.forgetting,
            "smallest": self.smallest,
        }


def _fitted(coefficients, inverse, inputs, target, weight):
    """Returns coefficients and inverse after one more weighted observation.

    Args:
        coefficients: `[B, N, n]`.
        inverse: `[B, N, n, n]`, of the sum of the weighted products of inputs.
        inputs: `[B, N, n]`, or `[n]`.
        target: `[B, N]`, what the inputs are to predict.
        weight: `[B, N]`.
    """
    gain = tf.reduce_sum(inverse * inputs[..., None, :], axis=-1)
    total = 1.0 / weight + tf.reduce_sum(gain * inputs, axis=-1)
    off = target - tf.reduce_sum(coefficients * inputs, axis=-1)
    coefficients += gain * (off / total)[..., None]
    # The product of the gain with itself is symmetric to the last bit, and so
    # is the inverse.
    gain, total = gain[..., None], total[..., None, None]
    return coefficients, inverse - gain * tf.linalg.matrix_transpose(
        gain
    ) / total
