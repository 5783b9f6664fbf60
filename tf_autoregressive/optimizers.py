"""Optimizers for Keras `fit`, beside the ones that Keras has."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Adam(keras.optimizers.Adam):
    """Keras's Adam, in one operation a variable where a graph runs plainly.

        m = m + (1 - beta_1) * (g - m),  v = v + (1 - beta_2) * (g^2 - v)
        w = w - rate * sqrt(1 - beta_2^t) / (1 - beta_1^t) * m / (sqrt(v) + eps)

    That of Keras makes ten operations of this, each of which reads and writes
    arrays of the size of the weights. Results are equal up to rounding.
    Variables, arguments and files are those of Keras's Adam. Under XLA, which
    fuses operations, both cost the same. Weights of a `tf.distribute` strategy,
    gradients of single rows, which embeddings have, and `amsgrad` take the
    operations of Keras.

    Example:
        >>> optimizer = Adam(1e-3, weight_decay=0.01)
        >>> optimizer.beta_1
        0.9

    References:
        [1] Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015,
            Algorithm 1 and the end of Sec. 2.
            https://arxiv.org/abs/1412.6980
    """

    def update_step(
        self, gradient: tf.Tensor, variable: Any, learning_rate: tf.Tensor
    ) -> None:
        """Updates a variable and its moments, as Keras's optimizers do."""
        is_plain = isinstance(gradient, tf.Tensor) and not self.amsgrad
        if not is_plain or tf.distribute.has_strategy():
            super().update_step(gradient, variable, learning_rate)
            return
        index = self._get_variable_index(variable)
        step = tf.cast(self.iterations + 1, variable.dtype)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.cast(self.beta_1, step.dtype) ** step,
            beta2_power=tf.cast(self.beta_2, step.dtype) ** step,
            lr=tf.cast(learning_rate, step.dtype),
            beta1=tf.cast(self.beta_1, step.dtype),
            beta2=tf.cast(self.beta_2, step.dtype),
            epsilon=tf.cast(self.epsilon, step.dtype),
            grad=tf.cast(gradient, step.dtype),
        )
