"""Tests of counts against the probabilities that they should follow."""

import numpy as np
import tensorflow_probability as tfp

tfd = tfp.distributions


def p_value(counts, probabilities):
    """Returns Pearson's p-value, with the rare cells put together.

    Args:
        counts: Number of draws of each cell, `[N]`.
        probabilities: Probability of each cell, `[N]`.
    """
    expected = np.sum(counts) * probabilities / np.sum(probabilities)
    rare = expected < 5.0
    counts = np.append(counts[~rare], counts[rare].sum())
    expected = np.append(expected[~rare], expected[rare].sum())
    if expected[-1] == 0.0:
        if counts[-1] > 0:
            return 0.0
        counts, expected = counts[:-1], expected[:-1]
    if len(counts) < 2:
        return 1.0
    statistic = np.sum((counts - expected) ** 2 / expected)
    freedom = np.float64(len(counts) - 1)
    return float(tfd.Chi2(freedom).survival_function(statistic))


def state_counts(events, num_levels):
    """Returns the count of each of the `K^D` states in `[B, ...]`."""
    digits = np.asarray(events, "int64").reshape(len(events), -1)
    places = num_levels ** np.arange(digits.shape[1])[::-1]
    return np.bincount(digits @ places, minlength=num_levels ** digits.shape[1])


def assert_follows(draw, probabilities, num_levels, seed):
    """Fails if draws are beyond the 0.999 quantile for two seeds.

    A right sampler fails once in a million times, whatever the seed.

    Args:
        draw: Maps a seed to events `[B, ...]`.
        probabilities: Probability of each state, `[K^D]`.
        num_levels: `K`.
        seed: The first seed.
    """
    p_values = []
    for attempt in range(2):
        counts = state_counts(draw(seed + attempt), num_levels)
        p_values.append(p_value(counts, probabilities))
        if p_values[-1] > 1e-3:
            return
    raise AssertionError(f"p-values {p_values}")
