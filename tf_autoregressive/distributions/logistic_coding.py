"""Probabilities of discretized logistic mixtures, digit by digit.

A level of 16 bits is one of 65,536. It is coded as four digits of 16 values,
each given those before, so that no more than 17 ends of bins are looked at.

Shapes: B batch, E ensemble members, K components of one, M of all, C channels,
D ends of digits.
"""

import itertools
import math
from typing import Any

import numpy as np

_BASE = 16
_DIGIT_ENDS = np.arange(_BASE + 1)
# It stands for the log-probability of a component that is impossible.
_IMPOSSIBLE = -1e6
# Digits that have no mass in float64, far in the tails, are as likely as each
# other.
_NO_MASS = 1e-300


class LogisticCoding:
    """Codes the channels of sites, one after the other, in float64.

        p(v[c] | v[<c]) = sum{ w[m] * p(v[c] | v[<c], m) } / sum{ w[m] }
        w[m] = p(m) * prod{ p(v[j] | v[<j], m) for j < c }

    with the components `m` of all members of an ensemble, as
    `DiscretizedLogisticMixture` defines them.

    Args:
        parameters: float64 `[B, E, Q]`: the logits, the means on the scale
            [-1, 1], the log-scales within the bounds of the distribution, and
            the coefficients.
        log_weights: `[B, E]`, log-probabilities of the members; `None` for
            one.
        sizes: The number of logits, of means, of log-scales and of
            coefficients.
        num_levels: Number of levels.
    """

    def __init__(
        self,
        parameters: np.ndarray,
        log_weights: np.ndarray | None,
        sizes: list[int],
        num_levels: int,
    ) -> None:
        self.num_levels, self.num_channels = num_levels, sizes[1] // sizes[0]
        starts = itertools.accumulate(sizes, initial=0)
        logits, loc, log_scale, coeffs = (
            parameters[..., start : start + size]
            for start, size in zip(starts, sizes, strict=False)
        )
        if log_weights is not None:
            totals = np.logaddexp.reduce(logits, axis=-1, keepdims=True)
            logits = logits - totals + log_weights[..., None]
        count, scale = sizes[0], num_levels - 1
        self.log_joint = _by_channel(logits, count)[:, 0]
        self.loc = _by_channel(loc, count) * scale
        self.rate = np.exp(-_by_channel(log_scale, count)) / scale
        self.coeffs = np.tanh(_by_channel(coeffs, count))

    def code(self, coder: Any, values: np.ndarray | None) -> np.ndarray:
        """Returns int `[B, C]`, as `OutputDistribution.code` does."""
        levels, log_joint = [], self.log_joint
        for c in range(self.num_channels):
            wanted = None if values is None else values[:, c]
            mean = self._mean(c, levels)
            rate = self.rate[:, c]
            top = np.maximum.reduce(log_joint, axis=-1, keepdims=True)
            level = self._coded(
                coder, mean, rate, np.exp(log_joint - top), wanted
            )
            levels.append(level)
            if c + 1 < self.num_channels:
                log_joint = log_joint + self._log_mass(mean, rate, level)
        return np.stack(levels, axis=-1)

    def _mean(self, c, levels):
        mean = self.loc[:, c]
        for j, level in enumerate(levels):
            position = 2.0 * level - (self.num_levels - 1)
            coeff = self.coeffs[:, math.comb(c, 2) + j]
            mean = mean + coeff * position[:, None]
        return mean

    def _coded(self, coder, mean, rate, weights, wanted):
        """Returns the levels `[B]` of a channel, coded digit by digit."""
        # The end of a level lies at z = level * slope - offset.
        slope = 2.0 * rate[:, None]
        offset = (self.num_levels + mean[:, None]) * rate[:, None]
        width = _BASE ** (_num_digits(self.num_levels) - 1)
        first = np.zeros(len(mean), "int64")
        while width:
            ends = first[:, None] + width * _DIGIT_ENDS
            z = ends[..., None] * slope
            z -= offset
            # The outermost bins have no end.
            z[ends <= 0] = -np.inf
            z[ends >= self.num_levels] = np.inf
            masses = _masses(z, weights)
            digits = None
            if wanted is not None:
                digits = (wanted - first) // width
            first = first + width * coder.code(masses, digits)
            width //= _BASE
        if np.maximum.reduce(first) >= self.num_levels:
            raise ValueError("A level that was decoded is out of range.")
        return first

    def _lower_end(self, level):
        """Returns the position of the lower end of a level's bin."""
        position = 2.0 * level - self.num_levels
        position = np.where(level <= 0, -np.inf, position)
        return np.where(level >= self.num_levels, np.inf, position)

    def _log_mass(self, mean, rate, level):
        """Returns `log p(v[c] | v[<c], m)`, `[B, M]`."""
        lower = self._lower_end(level)[:, None]
        upper = self._lower_end(level + 1)[:, None]
        width = np.where(np.isinf(upper - lower), np.inf, 2.0)
        log_mass = (
            np.log(-np.expm1(-width * rate))
            - np.logaddexp(0.0, (lower - mean) * rate)
            - np.logaddexp(0.0, (mean - upper) * rate)
        )
        return np.maximum(log_mass, _IMPOSSIBLE)


def _by_channel(array, count):
    """Returns `[B, E, C * K]` as `[B, C, E * K]`, for `K` components."""
    num_rows, num_members, size = array.shape
    by_member = array.reshape(num_rows, num_members, size // count, count)
    return by_member.swapaxes(1, 2).reshape(
        num_rows, size // count, num_members * count
    )


def _num_digits(num_levels):
    count = 1
    while _BASE**count < num_levels:
        count += 1
    return count


def _masses(z, weights):
    """Returns the masses `[B, D - 1]` between ends, up to a factor.

        sum{ weights[m] * (sigmoid(z[i + 1, m]) - sigmoid(z[i, m])) }

    Args:
        z: `[B, D, M]`, which is overwritten.
        weights: `[B, M]`.
    """
    # A sigmoid is a tail, and one less the tail where z is above 0. Tails and
    # ones are subtracted apart from each other, so that nothing cancels.
    is_above = (z > 0.0).astype("float64")
    tails = np.exp(-np.abs(z))
    tails /= tails + 1.0
    np.copysign(tails, -z, out=tails)
    columns = weights[..., None]
    tails, ones = (tails @ columns)[..., 0], (is_above @ columns)[..., 0]
    masses = tails[:, 1:] - tails[:, :-1]
    masses += ones[:, 1:] - ones[:, :-1]
    # Rounding of the sums may leave less than nothing.
    return np.maximum(masses, _NO_MASS)
