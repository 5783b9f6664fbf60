"""The area under the receiver operating characteristic, with its interval.

Shapes: m normal scores, n anomalous ones.
"""

import typing

import numpy as np

from tf_autoregressive.types import Array

# The standard normal distribution has 95% between minus and plus this.
_QUANTILE = 1.959964


class AUROC(typing.NamedTuple):
    """An area under a curve, and the ends of its 95% interval."""

    value: float
    low: float
    high: float


def auroc(normal: Array, anomalous: Array) -> AUROC:
    """Returns how often an anomaly scores above a normal example [1].

        A = P(s(anomaly) > s(normal)) + P(s(anomaly) = s(normal)) / 2

    The interval is that of DeLong et al. on the scale of `log A / (1 - A)`,
    which keeps it within 0 and 1. Where all anomalies score above all normal
    examples it ends at `1 - 3 / min(m, n)`, as no pair tells of the rest.

    Args:
        normal: Scores `[m]`.
        anomalous: Scores `[n]`.

    Raises:
        ValueError: If there are fewer than two scores on one side, or one is
            NaN.

    Example:
        >>> round(auroc([0.0, 1.0, 2.0], [1.0, 3.0]).value, 4)
        0.75

    References:
        [1] DeLong et al., Comparing the Areas under Two or More Correlated
            Receiver Operating Characteristic Curves, 1988,
            https://doi.org/10.2307/2531595, Eq. 5.
    """
    sides = {"normal": normal, "anomalous": anomalous}
    for name, scores in sides.items():
        scores = sides[name] = np.asarray(scores, "float64").reshape(-1)
        if len(scores) < 2 or np.isnan(scores).any():
            raise ValueError(
                f"`{name}` must hold at least two scores, and none that is NaN."
                f" Received: {len(scores)} scores"
            )
    normal, anomalous = sides.values()
    # The share of the other side that each score is on the right side of.
    of_anomalous = _shares_below(normal, anomalous)
    of_normal = 1.0 - _shares_below(anomalous, normal)
    area = of_anomalous.mean()
    variance = of_anomalous.var(ddof=1) / len(anomalous) + of_normal.var(
        ddof=1
    ) / len(normal)
    if not 0.0 < area < 1.0:
        width = 3.0 / min(len(normal), len(anomalous))
        ends = max(area - width, 0.0), min(area + width, 1.0)
        return AUROC(float(area), *map(float, ends))
    centre = np.log(area / (1.0 - area))
    reach = _QUANTILE * np.sqrt(variance) / (area * (1.0 - area))
    low, high = 1.0 / (1.0 + np.exp(-(centre + reach * np.array([-1.0, 1.0]))))
    return AUROC(float(area), float(low), float(high))


def _shares_below(others, scores):
    """Returns the share of others below each score, equal ones by half."""
    others = np.sort(others)
    below = np.searchsorted(others, scores, "left")
    up_to = np.searchsorted(others, scores, "right")
    return (below + up_to) / (2.0 * len(others))
