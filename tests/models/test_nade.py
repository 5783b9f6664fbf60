"""NADE and RNADE: what the conformance suite does not see."""

import numpy as np
import pytest

from tf_autoregressive.models import NADE
from tf_autoregressive.models import RNADE


@pytest.mark.parametrize("constructor", [NADE, RNADE])
def test_the_ordering_permutes_the_dimensions(constructor, rng):
    ordering = (2, 0, 3, 1)
    natural = constructor((4,), units=6)
    permuted = constructor((4,), units=6, ordering=ordering)
    weights = [rng.normal(size=w.shape) for w in natural.weights]
    natural.set_weights(weights)
    permuted.set_weights(weights)
    x = rng.integers(2, size=(5, 4)).astype("float32")
    # Weights belong to ranks: dimension `ordering[i]` is the i-th.
    np.testing.assert_allclose(
        permuted.log_prob(x), natural.log_prob(x[:, ordering]), rtol=1e-5
    )


def test_the_count_of_parameters_is_that_of_the_paper():
    # These are W and V of 784 by 500, b and c.
    assert NADE((28, 28), units=500).count_params() == 784 * 1001 + 500


@pytest.mark.parametrize("constructor", [NADE, RNADE])
def test_everything_is_computed_in_float32_under_any_policy(constructor, rng):
    exact = constructor((4,), units=6)
    half = constructor((4,), units=6, dtype="mixed_bfloat16")
    weights = [rng.normal(size=w.shape) for w in exact.weights]
    exact.set_weights(weights)
    half.set_weights(weights)
    x = rng.integers(2, size=(5, 4)).astype("float32")
    if constructor is RNADE:
        x += rng.normal(size=x.shape).astype("float32")
    np.testing.assert_array_equal(half.log_prob(x), exact.log_prob(x))
    np.testing.assert_array_equal(half(x).log_prob(x), exact(x).log_prob(x))


def test_defaults_of_rnade():
    model = RNADE((3,))
    assert model.num_levels is None
    assert model.distribution == "gaussian_mixture"
    assert model.output_distribution.num_parameters == 60


def test_untrained_components_of_rnade_differ():
    # The first dimension has its bias alone: equal components stay equal.
    parameters = RNADE((2,)).parameters_for(np.zeros((1, 2), "float32"))
    assert len(np.unique(np.round(parameters[0, 0], 4))) > 10


def test_real_values_have_no_bits_per_dim():
    model = RNADE((3,))
    model.compile(jit_compile=False)
    x = np.zeros((4, 3), "float32")
    assert set(model.evaluate(x, verbose=0, return_dict=True)) == {"loss"}
