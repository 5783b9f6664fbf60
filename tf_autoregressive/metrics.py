"""Likelihood metrics with their unit in the name."""

import math
from typing import Any

import keras
import tensorflow as tf

from tf_autoregressive.types import Array


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class BitsPerDim(keras.metrics.Mean):
    """Mean of `-log_prob / (num_dims * ln 2)` over examples, in bits.

    It sums over all examples and divides once, so a short last batch weighs
    what it holds. A uniform model of 8-bit data scores exactly 8.

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

    def __init__(
        self, num_dims: int, name: str = "bits_per_dim", **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.num_dims = num_dims

    def update_state(
        self, log_prob: tf.Tensor, sample_weight: Array | None = None
    ) -> None:
        """Adds log-probabilities `[B]` in nats."""
        nats = -keras.ops.convert_to_tensor(log_prob)
        bits = nats / (self.num_dims * math.log(2.0))
        super().update_state(bits, sample_weight=sample_weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_dims": self.num_dims}


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class NatsPerStep(keras.metrics.Mean):
    """Total of `-log_prob` over the total number of steps, in nats.

        sum(-log_prob) / sum(lengths)

    over all examples: a long sequence weighs more than a short one, and a
    short last batch what it holds.

    Args:
        num_steps: Number of steps of an event.
        name: Name in the logs.
        **kwargs: Passed to `keras.metrics.Mean`.

    Example:
        >>> metric = NatsPerStep(num_steps=8)
        >>> metric.update_state([-8.0, -20.0], lengths=[2, 5])
        >>> float(metric.result())
        4.0
    """

    def __init__(
        self, num_steps: int, name: str = "nats_per_step", **kwargs: Any
    ) -> None:
        super().__init__(name=name, **kwargs)
        self.num_steps = num_steps

    def update_state(
        self,
        log_prob: tf.Tensor,
        sample_weight: Array | None = None,
        lengths: Array | None = None,
    ) -> None:
        """Adds log-probabilities in nats.

        Args:
            log_prob: `[B]`.
            sample_weight: `[B]`, or `None` for 1.
            lengths: Number of steps of each example `[B]`; `None` if all have
                `num_steps`.
        """
        nats = -keras.ops.cast(log_prob, "float32")
        if lengths is None:
            lengths = self.num_steps * keras.ops.ones_like(nats)
        lengths = keras.ops.cast(lengths, "float32")
        # Shares of the event's length are summed: float32 holds their sum
        # exactly for longer than that of steps.
        weight = lengths / self.num_steps
        if sample_weight is not None:
            weight = weight * keras.ops.cast(sample_weight, "float32")
        per_step = nats / keras.ops.maximum(lengths, 1.0)
        super().update_state(per_step, sample_weight=weight)

    def get_config(self) -> dict[str, Any]:
        return {**super().get_config(), "num_steps": self.num_steps}


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class BitsPerChar(NatsPerStep):
    """`NatsPerStep` over `ln 2`: bits per character.

    Args:
        num_steps: Number of characters of an event.
        name: Name in the logs.
        **kwargs: Passed to `NatsPerStep`.
    """

    def __init__(
        self, num_steps: int, name: str = "bits_per_char", **kwargs: Any
    ) -> None:
        super().__init__(num_steps, name=name, **kwargs)

    def result(self) -> tf.Tensor:
        return super().result() / math.log(2.0)


@keras.saving.register_keras_serializable(package="tf_autoregressive")
class Perplexity(NatsPerStep):
    """`exp` of `NatsPerStep`: a number of equally likely symbols.

    To guess among so many is as hard as to guess the next symbol.

    Args:
        num_steps: Number of symbols of an event.
        name: Name in the logs.
        **kwargs: Passed to `NatsPerStep`.

    Example:
        >>> metric = Perplexity(num_steps=4)
        >>> metric.update_state([-4 * math.log(65.0)])
        >>> round(float(metric.result()), 3)
        65.0
    """

    def __init__(
        self, num_steps: int, name: str = "perplexity", **kwargs: Any
    ) -> None:
        super().__init__(num_steps, name=name, **kwargs)

    def result(self) -> tf.Tensor:
        return keras.ops.exp(super().result())
