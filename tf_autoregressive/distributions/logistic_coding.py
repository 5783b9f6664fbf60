"""Probabilities of discretized logistic mixtures, digit by digit.

A level of 16 bits is one of 65,536. It is coded as four digits of 16 values,
each given those before, so that no more than 17 ends of bins are looked at.

Shapes: B batch, E ensemble members, K components of one, M of all, C channels.
"""

import math
from typing import Any

import numpy as np

_BASE = 16
# It stands for the log-probability of a component that is impossible.
_IMPOSSIBLE = -1e6


class LogisticCoding:
    """Codes the channels of sites, one after the other, in float64.

        p(v[c] | v[<c]) = sum{ w[m] * p(v[c] | v[<c], m) } / sum{ w[m] }
        w[m] = p(m) * prod{ p(v[j] | v[<j], m) for j < c }

    with the components `m` of all members of an ensemble, as
    `DiscretizedLogisticMixture` defines them.

    Args:
        logits: float32 `[B, E, 1, K]`, and so are the other parameters.
        loc: `[B, E, C, K]`, on the scale [-1, 1].
        log_scale: `[B, E, C, K]`, within the bounds of the distribution.
        coeffs: `[B, E, C * (C - 1) / 2, K]`.
        log_weights: `[B, E]`, log-probabilities of the members; `None` for
            one.
        num_levels: Number of levels.
    """

    def __init__(
        self,
        logits: np.ndarray,
        loc: np.ndarray,
        log_scale: np.ndarray,
        coeffs: np.ndarray,
        log_weights: np.ndarray | None,
        num_levels: int,
    ) -> None:
        self.num_levels, self.num_channels = num_levels, loc.shape[2]
        logits, loc, log_scale, coeffs = (
            array.astype("float64")
            for array in (logits, loc, log_scale, coeffs)
        )
        logits = logits - np.logaddexp.reduce(logits, axis=-1, keepdims=True)
        if log_weights is not None:
            logits += log_weights[..., None, None]
        self.log_joint = _merged(logits)
        scale = num_levels - 1
        self.loc = _merged(loc) * scale
        self.rate = np.exp(-_merged(log_scale)) / scale
        self.coeffs = np.tanh(_merged(coeffs))

    def code(self, coder: Any, values: np.ndarray | None) -> np.ndarray:
        """Returns int `[B, C]`, as `OutputDistribution.code` does."""
        levels, log_joint = [], self.log_joint[:, 0]
        for c in range(self.num_channels):
            wanted = None if values is None else values[:, c]
            mean = self._mean(c, levels)
            rate = self.rate[:, c]
            weights = np.exp(log_joint - log_joint.max(axis=-1, keepdims=True))
            level = self._coded(coder, mean, rate, weights, wanted)
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
        width = _BASE ** (_num_digits(self.num_levels) - 1)
        first = np.zeros(len(mean), "int64")
        while width:
            ends = first[:, None] + width * np.arange(_BASE + 1)
            z = (self._lower_end(ends)[..., None] - mean[:, None]) * rate[
                :, None
            ]
            masses = np.einsum("bdm,bm->bd", _masses(z), weights)
            digits = None
            if wanted is not None:
                digits = (wanted - first) // width
            first = first + width * coder.code(masses, digits)
            width //= _BASE
        if first.max() >= self.num_levels:
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


def _merged(tensor):
    """Returns `[B, E, C, K]` as `[B, C, E * K]`."""
    tensor = np.swapaxes(tensor, 1, 2)
    return tensor.reshape(*tensor.shape[:2], tensor.shape[2] * tensor.shape[3])


def _num_digits(num_levels):
    count = 1
    while _BASE**count < num_levels:
        count += 1
    return count


def _masses(z):
    """Returns `sigmoid(z[i + 1]) - sigmoid(z[i])` along axis 1.

    Both are taken from the end where they are small, so that nothing cancels.
    """
    decay = np.exp(-np.abs(z))
    tail = decay / (1.0 + decay)
    is_above = z > 0
    low, high = tail[:, :-1], tail[:, 1:]
    both_above = is_above[:, :-1]
    apart = is_above[:, 1:] & ~both_above
    masses = np.where(both_above, low - high, high - low)
    return np.where(apart, 1.0 - low - high, masses)
