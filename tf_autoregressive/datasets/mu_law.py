"""Mu-law companding: sound in few levels, finer where it is quiet."""

import numpy as np

from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.types import Array


def mu_law_encode(samples: Array, *, num_levels: int = 256) -> np.ndarray:
    """Returns the levels of samples, int32 in `[0, num_levels)`.

        s = sign(x) ln(1 + mu |x|) / ln(1 + mu),   mu = num_levels - 1
        level = floor((s + 1) / 2 * mu + 1/2)

    Args:
        samples: Real numbers in [-1, 1]; cut to that.
        num_levels: Number of levels, from 2 to 2**20.

    Raises:
        ValueError: If `num_levels` is out of range, or a sample is NaN, masked
            or not a real number.

    Example:
        >>> mu_law_encode([-1.0, 0.0, 1.0]).tolist()
        [0, 128, 255]

    References:
        [1] van den Oord et al., "WaveNet", 2016, Sec. 2.2.
            https://arxiv.org/abs/1609.03499
    """
    mu = _mu(num_levels)
    samples = _real("samples", samples)
    if np.isnan(samples).any():
        raise ValueError("`samples` must be numbers. Received: NaN among them")
    samples = np.clip(samples.astype("float64"), -1.0, 1.0)
    companded = np.sign(samples) * np.log1p(mu * np.abs(samples)) / np.log1p(mu)
    return np.floor((companded + 1.0) / 2.0 * mu + 0.5).astype("int32")


def mu_law_decode(levels: Array, *, num_levels: int = 256) -> np.ndarray:
    """Returns the samples in [-1, 1] that levels stand for, float32.

        x = sign(s) ((1 + mu)^|s| - 1) / mu,   s = 2 * level / mu - 1

    Args:
        levels: Integers in `[0, num_levels)`.
        num_levels: Number of levels, from 2 to 2**20.

    Raises:
        ValueError: If `num_levels` is out of range, or a level is out of range,
            masked or not whole.
    """
    mu = _mu(num_levels)
    levels = _real("levels", levels)
    if levels.size and not (
        levels.min() >= 0
        and levels.max() <= mu
        and np.array_equal(levels, np.rint(levels))
    ):
        raise ValueError(
            f"`levels` must be integers in [0, {num_levels}). Received "
            f"values from {levels.min()} to {levels.max()}"
        )
    companded = 2.0 * levels.astype("float64") / mu - 1.0
    samples = np.expm1(np.abs(companded) * np.log1p(mu)) / mu
    return (np.sign(companded) * samples).astype("float32")


def _mu(num_levels):
    return checked_num_levels(num_levels) - 1


def _real(argument, values):
    values = plain_array(argument, values)
    if values.dtype.kind not in "buif":
        raise ValueError(
            f"`{argument}` must be real numbers. Received: dtype={values.dtype}"
        )
    return values
