"""`complete` keeps what is known and draws the rest as its docstring says."""

import numpy as np
import pytest

from tests.conformance.chi_squared import assert_follows
from tests.conformance.conditionals import conditionals
from tests.conformance.conditionals import repeated
from tests.conformance.draws import assert_same_draws
from tests.conformance.draws import known_first
from tests.conformance.draws import run_eagerly
from tests.zoo import DISCRETE
from tests.zoo import FAMILIES
from tests.zoo import HARDEST
from tests.zoo import REPRESENTATIVE
from tests.zoo import all_but
from tests.zoo import taking_turns

NUM_EXAMPLES = 48
NUM_SAMPLES = 20_000


def problem(case, seed):
    """Returns `(x, known, context)`, random and different for each example."""
    rng = case.generator(seed)
    x, context = case.batch(rng, NUM_EXAMPLES)
    known = rng.random(x.shape) < rng.random((NUM_EXAMPLES, 1)).reshape(
        -1, *[1] * len(case.event_shape)
    )
    return x, known, context


def methods(case):
    return ["incremental", "full"][0 if case.constructor.incremental else 1 :]


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_known_values_are_kept_and_methods_agree(case, model, seed):
    x, known, context = problem(case, seed)
    # Unknown values have no influence, whatever they are.
    other = np.where(known, x, case.events(case.generator(seed + 1), len(x)))
    full, default = (
        model.complete(start, known, seed=seed, context=context, **options)
        for start, options in ((x, {"method": "full"}), (other, {}))
    )
    for result in (full, default):
        np.testing.assert_array_equal(result[known], x[known])
        assert result.dtype == model.event.dtype
        assert np.any(result != x)
    assert_same_draws(
        case, model, full, default, seed=seed, context=context, known=known
    )


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_nothing_known_samples_and_all_known_keeps(case, model, seed, draws):
    drawn = draws(methods(case)[0])
    x, context = drawn.x[:20], drawn.context
    context = None if context is None else context[:20]
    for known, start in ((False, np.zeros_like(x)), (True, x)):
        result = model.complete(
            start,
            np.full(case.event_shape, known),
            seed=seed,
            context=context,
        )
        assert_same_draws(case, model, x, result, seed=seed, context=context)


def completion_table(case, model, x, known, context):
    """Returns the probability `[K^D]` of every completion of one event."""
    states = case.states().reshape(-1, case.num_dims).astype(int)
    x, known = x.reshape(-1), known.reshape(-1)
    possible = (states[:, known] == x[known]).all(axis=1)
    total = np.zeros(len(states))
    for member in range(case.ensemble_size):
        ordering, extra = case.ordering(model, member), {}
        if model.any_order:
            ordering = known_first(ordering, known)
            extra = {"ordering": ordering}
        table = conditionals(
            case,
            model,
            states.reshape(-1, *case.event_shape),
            repeated(context, len(states)),
            member=member,
            **extra,
        )
        chosen = np.take_along_axis(table, states[..., None], -1)[..., 0]
        total += chosen[:, ~known].prod(axis=1) / case.ensemble_size
    return np.where(possible, total, 0.0)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(DISCRETE), ids=repr)
def test_unknown_values_follow_their_conditionals(case, model, seed, context):
    rng = case.generator(seed)
    x = case.events(rng, 1)
    known = np.zeros(case.num_dims, bool)
    known[rng.permutation(case.num_dims)[: case.num_dims // 2]] = True
    known = known.reshape(case.event_shape)
    table = completion_table(case, model, x, known, context)
    np.testing.assert_allclose(table.sum(), 1.0, rtol=1e-5)
    repeats = np.repeat(x, NUM_SAMPLES, axis=0)
    assert_follows(
        lambda seed: model.complete(repeats, known, seed=seed, context=context),
        table,
        case.num_levels,
        seed,
    )


@pytest.mark.parametrize(
    "case",
    [case for case in DISCRETE if case.constructor.any_order],
    ids=repr,
)
def test_any_order_conditions_on_known_values_of_late_ranks(
    case, model, seed, context
):
    tables = completions_by_last_value(case, model, seed, context)
    assert not np.allclose(tables[0], tables[1], atol=1e-3)


@pytest.mark.parametrize(
    "case",
    all_but(
        FAMILIES,
        [
            case
            for case in DISCRETE
            if not case.constructor.any_order and not case.has_many_orderings
        ],
    ),
    ids=repr,
)
def test_a_fixed_order_ignores_known_values_of_late_ranks(
    case, model, seed, context
):
    draws = completions_by_last_value(case, model, seed, context)
    np.testing.assert_array_equal(draws[0], draws[1])


def completions_by_last_value(case, model, seed, context):
    """Returns completions but for the last dimension, 0 or 1 and known."""
    last = case.ordering(model)[-1]
    known = (np.arange(case.num_dims) == last).reshape(case.event_shape)
    draws = []
    for value in (0, 1):
        x = np.full((200, *case.event_shape), value, "uint8")
        with run_eagerly():
            result = model.complete(x, known, seed=seed, context=context)
        draws.append(result.numpy()[:, ~known])
    return draws


@pytest.mark.parametrize("case", all_but(HARDEST, REPRESENTATIVE), ids=repr)
def test_graphs_complete_the_same(case, model, seed):
    x, known, context = problem(case, seed)
    options = {"seed": seed, "context": context}
    with run_eagerly():
        expected = model.complete(x, known, **options)
    actual = model.complete(x, known, **options)
    assert_same_draws(case, model, expected, actual, known=known, **options)
    few = model.complete(
        x[:3], known[:3], seed=seed, context=_first(context, 3)
    )
    assert_same_draws(
        case,
        model,
        expected[:3],
        few,
        known=known[:3],
        seed=seed,
        context=_first(context, 3),
    )


def _first(context, number):
    return None if context is None else context[:number]


@pytest.mark.slow
@pytest.mark.parametrize("case", FAMILIES, ids=repr)
def test_xla_completes_the_same(case, model, seed):
    x, known, context = problem(case, seed)
    options = {"seed": seed, "context": context}
    with run_eagerly():
        expected = model.complete(x, known, **options)
    actual = model.complete(x, known, jit_compile=True, **options)
    assert_same_draws(case, model, expected, actual, known=known, **options)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_options_are_those_of_sampling(case, model, seed, draws):
    drawn = draws("incremental")
    options = {
        "seed": seed,
        "context": drawn.context,
        "temperature": 0.7,
        "top_p": 0.9,
    }
    sampled = model.sample(len(drawn.x), **options)
    completed = model.complete(
        drawn.x, np.zeros(case.event_shape, bool), **options
    )
    np.testing.assert_array_equal(sampled, completed)
