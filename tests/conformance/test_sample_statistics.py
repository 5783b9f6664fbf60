"""Samples follow the density: chi-squared against all probabilities."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.chi_squared import assert_follows
from tests.conformance.chi_squared import p_value
from tests.conformance.chi_squared import state_counts
from tests.conformance.conditionals import joint_table
from tests.conformance.conditionals import member_parameters
from tests.conformance.conditionals import repeated
from tests.zoo import DISCRETE
from tests.zoo import REAL_VALUED
from tests.zoo import REPRESENTATIVE
from tests.zoo import taking_turns

NUM_SAMPLES = 20_000
# Real values are counted in so many cells of a uniform.
NUM_CELLS = 5

pytestmark = pytest.mark.usefixtures("eagerly")


@pytest.mark.parametrize("case", taking_turns(DISCRETE), ids=repr)
def test_samples_follow_log_prob(case, model, seed, context):
    assert_follows(
        lambda seed: model.sample(NUM_SAMPLES, seed=seed, context=context),
        joint_table(case, model, context),
        case.num_levels,
        seed,
    )


def tempered(temperature):
    def cut(probabilities):
        powers = probabilities ** (1.0 / temperature)
        return powers / powers.sum(axis=-1, keepdims=True)

    return cut


def only_top(keep):
    """Keeps the most probable values: as many as `keep` says, given them."""

    def cut(probabilities):
        falling = np.flip(np.sort(probabilities, axis=-1), axis=-1)
        smallest = np.take_along_axis(
            falling, keep(falling)[..., None] - 1, axis=-1
        )
        kept = np.where(probabilities >= smallest, probabilities, 0.0)
        return kept / kept.sum(axis=-1, keepdims=True)

    return cut


def top_k(k):
    return only_top(lambda falling: np.full(falling.shape[:-1], k))


def top_p(p):
    # The first value is always kept, and another while those before hold less
    # than p.
    return only_top(
        lambda falling: 1 + (np.cumsum(falling, -1)[..., :-1] < p).sum(-1)
    )


def min_p(p):
    return only_top(lambda falling: (falling >= p * falling[..., :1]).sum(-1))


@pytest.mark.parametrize(
    ("options", "cut"),
    [
        ({"temperature": 0.5}, tempered(0.5)),
        ({"temperature": 3.0}, tempered(3.0)),
        ({"top_k": 1}, top_k(1)),
        ({"top_k": 2}, top_k(2)),
        ({"top_p": 0.75}, top_p(0.75)),
        ({"min_p": 0.4}, min_p(0.4)),
    ],
    ids=["0.5", "3.0", "top-1", "top-2", "top-p", "min-p"],
)
@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_samples_with_options_follow_their_log_prob(
    case, model, seed, context, options, cut
):
    table = joint_table(case, model, context, cut)

    def draw(seed):
        x, log_prob = model.sample(
            NUM_SAMPLES,
            seed=seed,
            context=context,
            return_log_prob=True,
            **options,
        )
        cells = np.argmax(
            [state_counts(event[None], case.num_levels) for event in x[:50]],
            axis=1,
        )
        np.testing.assert_allclose(
            np.exp(log_prob[:50]), table[cells], rtol=1e-3, atol=1e-6
        )
        return x

    assert_follows(draw, table, case.num_levels, seed)


@pytest.mark.parametrize("case", taking_turns(REAL_VALUED), ids=repr)
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_real_values_fall_evenly_over_their_quantiles(
    case, model, seed, context, temperature
):
    x = model.sample(
        NUM_SAMPLES, seed=seed, context=context, temperature=temperature
    )
    parameters = member_parameters(model, x, repeated(context, NUM_SAMPLES))
    quantiles = mixture_cdf(
        parameters, np.reshape(x, (NUM_SAMPLES, -1)), temperature
    )
    cells = np.floor(quantiles * NUM_CELLS).clip(0, NUM_CELLS - 1)
    counts = state_counts(cells, NUM_CELLS)
    assert p_value(counts, np.ones(len(counts))) > 1e-4


def mixture_cdf(parameters, x, temperature):
    """Returns the CDF `[B, D]` of a mixture of Gaussians, float64."""
    logits, loc, log_scale = np.split(parameters.astype("float64"), 3, axis=-1)
    weights = np.exp(logits / temperature)
    weights /= weights.sum(axis=-1, keepdims=True)
    scale = np.exp(log_scale) * temperature
    standard = (x[..., None].astype("float64") - loc) / scale
    below = 0.5 * (1.0 + tf.math.erf(standard / np.sqrt(2.0)).numpy())
    return (weights * below).sum(axis=-1)


def test_a_wrong_probability_is_seen(rng):
    probabilities = np.array([0.5, 0.3, 0.15, 0.05])
    biased = np.array([0.48, 0.32, 0.15, 0.05])

    def draw_from(probabilities):
        return lambda seed: rng.choice(4, NUM_SAMPLES, p=probabilities)

    assert_follows(draw_from(probabilities), probabilities, 4, 0)
    with pytest.raises(AssertionError, match="p-values"):
        assert_follows(draw_from(biased), probabilities, 4, 0)


def test_an_impossible_state_is_seen():
    probabilities = np.array([0.5, 0.5, 0.0, 0.0])
    counts = np.array([500, 499, 1, 0])
    assert p_value(counts, probabilities) == 0.0
