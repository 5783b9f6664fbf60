"""Conformal p-values: how a score compares with those of normal data.

Shapes: n calibration scores, B scores.
"""

import numbers

import numpy as np
import tensorflow_probability as tfp

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.types import Array

tfd = tfp.distributions


class Calibration:
    """The scores of held-out normal data, with which others are compared [1].

        p(s) = (1 + #{i: s_i >= s}) / (n + 1)

    If the score of a new normal example and the calibration scores are
    exchangeable, `P(p(s) <= a) <= a` for every `a`, whatever the score is, with
    equality up to `1 / (n + 1)` where there are no ties. Data that the model
    was trained on are not exchangeable with new ones, nor is what drifts.

    Args:
        scores: Scores `[n]` of held-out normal examples.

    Attributes:
        scores: The scores in ascending order, float32.

    Raises:
        ValueError: If there is no score, or one is not a number.

    Example:
        >>> Calibration([0.0, 1.0, 2.0]).p_values([-1.0, 1.0, 5.0])
        array([1.  , 0.75, 0.25])

    References:
        [1] Bates et al., Testing for Outliers with Conformal p-values, 2023,
            https://arxiv.org/abs/2104.08279, Eq. 2.
    """

    def __init__(self, scores: Array) -> None:
        scores = np.asarray(scores, "float32").reshape(-1)
        if not scores.size or np.isnan(scores).any():
            raise ValueError(
                "Calibration needs at least one score, and none that is NaN. "
                f"Received: {scores.size} scores, {np.isnan(scores).sum()} NaN"
            )
        self.scores = np.sort(scores)

    def p_values(self, scores: Array) -> np.ndarray:
        """Returns the conformal p-values of scores, float64 `[B]`."""
        below = np.searchsorted(self.scores, np.asarray(scores, "float32"))
        n = len(self.scores)
        return (1 + n - below) / (n + 1)

    def threshold(self, rate: float) -> float:
        """Returns the score above which a p-value is at most `rate`.

        Raises:
            ValueError: If `rate` is not between 0 and 1, or there are too few
                scores for it.
        """
        n = len(self.scores)
        return float(self.scores[n - num_alarming(n, rate)])


def checked_false_alarm_rate(rate: float) -> float:
    """Returns a false-alarm rate as a float.

    Raises:
        ValueError: If it is not a number above 0 and below 1.
    """
    is_number = isinstance(rate, numbers.Real) and not isinstance(rate, bool)
    if not is_number or not 0 < rate < 1:
        raise ValueError(
            "`false_alarm_rate` must be a number above 0 and below 1. "
            f"Received: false_alarm_rate={rate!r}"
        )
    return float(rate)


def num_needed(rate: float) -> int:
    """Returns the fewest calibration scores with which an alarm can be raised.

    It is the smallest `n >= 1 / rate - 1`.

    Raises:
        ValueError: If `rate` is not between 0 and 1.

    Example:
        >>> num_needed(0.01)
        99
    """
    rate = checked_false_alarm_rate(rate)
    n = max(round(1 / rate) - 1, 1)
    return n if 1 / (n + 1) <= rate else n + 1


def num_alarming(n: int, rate: float) -> int:
    """Returns `l`, the largest integer with `l / (n + 1) <= rate`.

    An example alarms if fewer than `l` calibration scores are as large as its
    own.

    Raises:
        ValueError: If `l` would be 0, so that no score could alarm.
    """
    rate = checked_false_alarm_rate(rate)
    # The product is rounded: 0.29 * 100 is below 29.
    number = round(rate * (n + 1))
    if number / (n + 1) > rate:
        number -= 1
    if number < 1:
        raise ValueError(
            f"`false_alarm_rate` {rate} takes at least {num_needed(rate)} "
            f"scores of held-out normal data (1 / rate - 1). Received: {n}"
        )
    return number


def false_alarm_law(n: int, rate: float) -> tfd.Beta:
    """Returns the distribution of the false-alarm rate that is realised [1].

        F ~ Beta(l, n + 1 - l),  l = floor(rate (n + 1))

    Over calibration sets of `n` normal examples with continuous scores, this is
    the law of the probability that a new normal example alarms. Its mean is
    `l / (n + 1) <= rate`; its quantiles say how far one detector may be off.

    Args:
        n: Number of calibration scores.
        rate: The false-alarm rate that is asked for.

    Returns:
        A `tfd.Beta` of dtype float64.

    Raises:
        ValueError: If `n` is too small for the rate.

    Example:
        >>> law = false_alarm_law(999, 0.05)
        >>> law.quantile([0.05, 0.95]).numpy().round(3)
        array([0.039, 0.062])

    References:
        [1] Vovk, Conditional validity of inductive conformal predictors, 2012,
            https://arxiv.org/abs/1209.2673, Sec. 2.
    """
    n = checked_count("n", n)
    number = num_alarming(n, rate)
    # A Beta of Python numbers would be one of float32.
    a, b = (np.float64(value) for value in (number, n + 1 - number))
    return tfd.Beta(a, b)
