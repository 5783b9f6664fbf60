"""Probes of the dimensions that reach conditionals, over random weights.

Shapes: D event dimensions.
"""

import numpy as np

from tests.conformance.test_dependency_pattern import dependencies


def check_dependencies(case, expected, seed, num_probes=3):
    """Fails unless the conditionals see what they should and nothing else.

    With no weights may they see more. That they see all of it, a single draw
    need not show: what comes from afar may be lost in rounding.

    Args:
        case: A `tests.zoo.Case`.
        expected: bool `[D, D]`, row i: what the conditional of i depends on.
        seed: Seed of the weights and the events.
        num_probes: Number of draws.
    """
    seen = np.zeros_like(expected)
    for probe in range(num_probes):
        model = case.build(num_probes * seed + probe)
        seen |= dependencies(case, model, case.generator(probe))
    assert not np.any(seen & ~expected), "sees what it may not"
    np.testing.assert_array_equal(seen, expected)


def triangle(event_shape):
    """Returns bool `[D, D]`: all that comes before, in raster order."""
    num_dims = np.prod(event_shape)
    return np.tri(num_dims, num_dims, -1, dtype=bool)
