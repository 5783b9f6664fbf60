"""The density is one: it sums, or integrates, to 1 for every context.

Shapes: N states, D event dimensions, E ensemble members, K levels.
"""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.conditionals import joint_table
from tests.conformance.conditionals import repeated
from tests.conformance.draws import run_eagerly
from tests.zoo import DISCRETE
from tests.zoo import REAL_VALUED
from tests.zoo import taking_turns

ONE_ORDERING = [case for case in DISCRETE if not case.has_many_orderings]
MANY_ORDERINGS = [case for case in DISCRETE if case.has_many_orderings]


def log_prob_of_states(case, model, context):
    states = case.states()
    return model.log_prob(states, context=repeated(context, len(states)))


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(DISCRETE), ids=repr)
def test_probabilities_sum_to_one(case, model, rng):
    for context in case.all_contexts(rng):
        log_prob = log_prob_of_states(case, model, context)
        total = tf.reduce_logsumexp(tf.cast(log_prob, tf.float64))
        np.testing.assert_allclose(total, 0.0, atol=1e-5)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(DISCRETE), ids=repr)
def test_log_prob_is_that_of_the_product_averaged_over_members(
    case, model, rng
):
    for context in case.all_contexts(rng):
        with np.errstate(divide="ignore"):
            # Sequences that go on after their end have probability zero.
            expected = np.log(joint_table(case, model, context))
        log_prob = log_prob_of_states(case, model, context)
        if case.levels is not None:
            # An impossible row has one or several times -1e9 nats.
            expected, log_prob = np.maximum([expected, log_prob], -1e9)
        np.testing.assert_allclose(log_prob, expected, rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_distribution_scores_what_the_model_scores(case, model, rng):
    x, context = case.batch(rng, 9)
    conditionals = model(x, context=context)
    assert conditionals.batch_shape == (9,)
    assert conditionals.event_shape == case.event_shape
    np.testing.assert_allclose(
        conditionals.log_prob(x),
        model.log_prob(x, context=context),
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_any_dtype_scores_the_same(case, model, rng):
    x, context = case.batch(rng, 9)
    x = np.round(x)
    expected = model(x, context=context).log_prob(x)
    for dtype in ("int32", "int64", "float32", "float64"):
        same = x.astype(dtype)
        with run_eagerly():
            for log_prob in (
                model(same, context=context).log_prob(same),
                model.log_prob(same, context=context),
            ):
                assert log_prob.dtype == tf.float32
                np.testing.assert_array_equal(log_prob, expected)


def conditionals_of_table(case, model, table):
    """Returns the log-conditionals `[N, D]` of a joint `[N]`, by summing."""
    shape = [case.num_levels] * case.num_dims
    table = table.reshape(shape)
    states = case.states().reshape(-1, case.num_dims).astype(int)
    ordering = case.ordering(model)
    result = np.empty(states.shape)
    before = np.ones(len(states))
    for rank, dim in enumerate(ordering):
        later = tuple(int(other) for other in ordering[rank + 1 :])
        marginal = table.sum(axis=later, keepdims=True)
        seen = states.copy()
        seen[:, later] = 0
        prefix = marginal[tuple(seen.T)]
        with np.errstate(divide="ignore", invalid="ignore"):
            result[:, dim] = np.log(prefix / before)
        before = prefix
    return result


@pytest.mark.parametrize("case", taking_turns(ONE_ORDERING), ids=repr)
def test_log_prob_per_dim_are_the_conditionals_of_the_joint(case, model, rng):
    context = case.all_contexts(rng)[-1]
    states = case.states()
    per_dim = model.log_prob_per_dim(
        states, context=repeated(context, len(states))
    )
    assert per_dim.shape == states.shape
    table = joint_table(case, model, context)
    # Nothing has a probability given an impossible event.
    possible = table > 0.0
    np.testing.assert_allclose(
        np.reshape(per_dim, (len(states), -1))[possible],
        conditionals_of_table(case, model, table)[possible],
        rtol=1e-4,
        atol=1e-4,
    )
    np.testing.assert_allclose(
        np.sum(per_dim, axis=tuple(range(1, states.ndim))),
        log_prob_of_states(case, model, context),
        rtol=1e-5,
        atol=1e-4,
    )


@pytest.mark.parametrize("case", MANY_ORDERINGS, ids=repr)
def test_several_orderings_have_no_log_prob_per_dim(case, model, rng):
    x, context = case.batch(rng, 2)
    with pytest.raises(ValueError, match="needs one ordering"):
        model.log_prob_per_dim(x, context=context)


@pytest.mark.parametrize("case", taking_turns(REAL_VALUED), ids=repr)
def test_each_real_valued_conditional_integrates_to_one(case, model, rng):
    grid = np.linspace(-40.0, 40.0, 16_001, dtype="float32")
    events, context = case.batch(rng, 1)
    for dim in range(case.num_dims):
        x = np.repeat(events.reshape(1, -1), len(grid), axis=0)
        x[:, dim] = grid
        per_dim = model.log_prob_per_dim(
            x.reshape(-1, *case.event_shape),
            context=None if context is None else repeated(context[0], len(x)),
        )
        density = np.exp(np.reshape(per_dim, x.shape)[:, dim], dtype="float64")
        np.testing.assert_allclose(np.trapezoid(density, grid), 1.0, atol=1e-4)


@pytest.mark.parametrize("case", taking_turns(REAL_VALUED), ids=repr)
def test_real_valued_log_prob_per_dim_sums_to_log_prob(case, model, rng):
    x, context = case.batch(rng, 20)
    per_dim = model.log_prob_per_dim(x, context=context)
    np.testing.assert_allclose(
        np.sum(per_dim, axis=tuple(range(1, x.ndim))),
        model.log_prob(x, context=context),
        rtol=1e-5,
        atol=1e-4,
    )
