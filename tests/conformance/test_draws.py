"""The comparison of draws excuses rounding at a threshold, nothing else."""

import numpy as np
import pytest

from tests.conformance.draws import assert_same_draws
from tests.conformance.draws import margin_of_difference
from tests.zoo import BY_NAME

NUM_SAMPLES = 60
DISCRETE = ["nade-categorical", "made-orders-labels", "fvsbn-given-order"]


def draw(case, model, seed, context):
    x = model.sample(NUM_SAMPLES, seed=seed, context=context, method="full")
    return np.array(x)


def flipped(case, model, x, index):
    """Returns `x` with another last value (in rank) in example `index`."""
    other = x.copy()
    # A single ordering has a last dimension. With several any will do, because
    # the comparison looks for the first difference by itself.
    dim = case.ordering(model)[-1]
    value = other[index].reshape(-1)
    value[dim] = (value[dim] + 1) % case.num_levels
    return other


@pytest.mark.slow
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", [BY_NAME[name] for name in DISCRETE], ids=repr)
def test_a_flipped_value_passes_only_within_its_margin(
    case, model, seed, context
):
    x = draw(case, model, seed, context)
    options = {"seed": seed, "context": context}
    margins = []
    for index in range(NUM_SAMPLES):
        other = flipped(case, model, x, index)
        margin = margin_of_difference(case, model, x, other, index, **options)
        margins.append(margin)
    # A uniform falls this close to a threshold this often.
    assert 0.05 < np.mean(np.array(margins) < 0.2) < 0.95
    for index in (np.argmin(margins), np.argmax(margins)):
        other = flipped(case, model, x, index)
        limits = {"tolerance": margins[index] * 1.01, **options}
        assert_same_draws(case, model, x, other, **limits)
        limits["tolerance"] = margins[index] * 0.99
        with pytest.raises(AssertionError, match="margin"):
            assert_same_draws(case, model, x, other, **limits)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", [BY_NAME["rnade"]], ids=repr)
def test_a_shifted_real_value_does_not_pass(case, model, seed):
    x = draw(case, model, seed, None)
    other = x.copy()
    other[7, 1] += 1e-2
    with pytest.raises(AssertionError, match="margin"):
        assert_same_draws(case, model, x, other, seed=seed)


@pytest.mark.parametrize("case", [BY_NAME["fvsbn"]], ids=repr)
def test_other_shapes_and_dtypes_do_not_pass(case, model, seed):
    x = np.zeros((4, *case.event_shape), "int32")
    for other in (x[:3], x.astype("int64")):
        with pytest.raises(AssertionError):
            assert_same_draws(case, model, x, other, seed=seed)
