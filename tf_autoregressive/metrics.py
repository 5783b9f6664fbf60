"""Likelihood metrics with their unit in the name."""

import math

import keras


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class BitsPerDim(keras.metrics.Mean):
    """Mean of `-log_prob / (num_dims * ln 2)` over examples, in bits.

    Sums over all examples and divides once, so a short last batch weighs what
    it holds. A uniform model of 8-bit data scores exactly 8.

    Args:
        num_dims: Number of dimensions `D` of an event.
        name: Name in the logs.
        **kwargs: Passed to `keras.metrics.Mean`.

    Example:
        >>> metric = BitsPerDim(num_dims=784)
        >>> metric.update_state([-784 * math.log(256.0)])
        >>> round(float(metric.result()), 4)
        8.0
    """

    def __init__(self, num_dims, name="bits_per_dim", **kwargs):
        super().__init__(name=name, **kwargs)
        self.num_dims = num_dims

    def update_state(self, log_prob, sample_weight=None):
        """Adds log-probabilities `[B]` in nats."""
        nats = -keras.ops.convert_to_tensor(log_prob)
        bits = nats / (self.num_dims * math.log(2.0))
        super().update_state(bits, sample_weight=sample_weight)

    def get_config(self):
        return {**super().get_config(), "num_dims": self.num_dims}
