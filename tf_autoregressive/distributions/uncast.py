"""Scores of values of any dtype, which TFP would cast first."""

from typing import Any

import tensorflow as tf


class Uncast:
    """A `tfd.Distribution` that converts no value to the dtype of its samples.

    TFP casts an array to the dtype of samples before it looks at it: 0.5 would
    count as 0. This class comes first among the bases.
    """

    def log_prob(
        self, value: tf.Tensor, name: str = "log_prob", **kwargs: Any
    ) -> tf.Tensor:
        """Returns `log p(value)` in nats, as `tfd.Distribution` does."""
        return super().log_prob(tf.convert_to_tensor(value), name, **kwargs)

    def prob(
        self, value: tf.Tensor, name: str = "prob", **kwargs: Any
    ) -> tf.Tensor:
        """Returns `p(value)`, as `tfd.Distribution` does."""
        return super().prob(tf.convert_to_tensor(value), name, **kwargs)

    def log_cdf(
        self, value: tf.Tensor, name: str = "log_cdf", **kwargs: Any
    ) -> tf.Tensor:
        """Returns `log P(X <= value)`, as `tfd.Distribution` does."""
        return super().log_cdf(tf.convert_to_tensor(value), name, **kwargs)

    def cdf(
        self, value: tf.Tensor, name: str = "cdf", **kwargs: Any
    ) -> tf.Tensor:
        """Returns `P(X <= value)`, as `tfd.Distribution` does."""
        return super().cdf(tf.convert_to_tensor(value), name, **kwargs)

    def quantile(
        self, value: tf.Tensor, name: str = "quantile", **kwargs: Any
    ) -> tf.Tensor:
        """Returns the quantile of a share, as `tfd.Distribution` does."""
        return super().quantile(tf.convert_to_tensor(value), name, **kwargs)
