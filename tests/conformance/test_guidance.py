"""Guided draws follow the powers of the conditionals with and without context.

Shapes: N states, D event dimensions, K levels.
"""

import numpy as np
import pytest

from tests.conformance.chi_squared import assert_follows
from tests.conformance.chi_squared import state_counts
from tests.conformance.conditionals import conditionals
from tests.conformance.conditionals import repeated
from tests.conformance.draws import ROUNDING
from tests.conformance.draws import run_eagerly
from tests.zoo import BY_NAME
from tests.zoo import CASES
from tests.zoo import dear

GUIDED = [case for case in CASES if "context_dropout" in case.options]
FAST = [BY_NAME["made-orders-labels"], BY_NAME["nade-vector"]]
NUM_SAMPLES = 10_000
FEW = 100
WEIGHT = 2.5


def guided_conditionals(case, model, context, weight, member=0):
    """Returns `[N, D, K]`, float64: `p(x_i | c)^w p(x_i)^(1 - w)`, normalised.

    The network sees zeros and a last feature of 1 as the empty context.
    """
    states = case.states()
    empty = np.zeros((len(states), *model.context.encoded_shape), "float32")
    empty[..., -1] = 1.0
    given = conditionals(
        case, model, states, repeated(context, len(states)), member=member
    )
    without = conditionals(case, model, states, encoded=empty, member=member)
    table = given**weight * without ** (1.0 - weight)
    return table / table.sum(axis=-1, keepdims=True)


def guided_joint(case, model, context, weight, temperature=1.0):
    """Returns the probabilities `[N]` of all states, averaged over members."""
    states = case.states().reshape(-1, case.num_dims, 1).astype(int)
    total = np.zeros(len(states))
    for member in range(case.ensemble_size):
        table = guided_conditionals(case, model, context, weight, member)
        table = table ** (1.0 / temperature)
        table /= table.sum(axis=-1, keepdims=True)
        chosen = np.take_along_axis(table, states, -1)[..., 0]
        total += chosen.prod(axis=1) / case.ensemble_size
    return total


def assert_is_their_log_prob(case, x, log_prob, joint):
    cells = [
        np.argmax(state_counts(event[None], case.num_levels)) for event in x
    ]
    np.testing.assert_allclose(
        np.exp(log_prob), joint[cells], rtol=2e-3, atol=1e-6
    )


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", dear(FAST, GUIDED), ids=repr)
def test_guided_samples_follow_their_log_prob(case, model, seed, context):
    joint = guided_joint(case, model, context, WEIGHT)
    np.testing.assert_allclose(joint.sum(), 1.0, atol=1e-5)

    def draw(seed):
        x, log_prob = model.sample(
            NUM_SAMPLES,
            seed=seed,
            context=context,
            return_log_prob=True,
            guidance=WEIGHT,
        )
        assert_is_their_log_prob(case, x[:50], log_prob[:50], joint)
        return x

    assert_follows(draw, joint, case.num_levels, seed)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", FAST[:1], ids=repr)
def test_the_temperature_comes_after_guidance(case, model, seed, rng):
    options = {"guidance": 1.7, "temperature": 0.6}
    x, log_prob = model.sample(
        50, seed=seed, context=1, return_log_prob=True, **options
    )
    joint = guided_joint(case, model, 1, 1.7, 0.6)
    assert_is_their_log_prob(case, x, log_prob, joint)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", dear(FAST, GUIDED), ids=repr)
def test_both_methods_are_guided_to_the_same_events(
    case, model, seed, context, rng
):
    x, _ = case.batch(rng, FEW)
    known = rng.random(x.shape) < 0.3
    options = {"seed": seed, "context": context, "guidance": WEIGHT}
    for draw in (
        lambda method: model.sample(FEW, method=method, **options),
        lambda method: model.complete(x, known, method=method, **options),
    ):
        full, incremental = (draw(way).numpy() for way in ("full", None))
        differ = (full != incremental).reshape(FEW, -1).any(axis=1)
        assert differ.sum() <= FEW * case.num_dims * ROUNDING + 1
    np.testing.assert_array_equal(incremental[known], x[known])


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", dear(FAST, GUIDED), ids=repr)
def test_one_is_no_guidance_and_zero_is_no_context(case, model, seed, rng):
    contexts = case.contexts(rng, 2)
    plain = model.sample(FEW, seed=seed, context=contexts[1])
    # Guidance changes some events, and a number of 1 changes no bit of any.
    one, other, guided = (
        model.sample(FEW, seed=seed, context=context, guidance=weight)
        for context, weight in (
            (contexts[1], 1),
            (contexts[0], 0),
            (contexts[1], 3),
        )
    )
    np.testing.assert_array_equal(one, plain)
    assert (guided != plain).numpy().any()
    same = model.sample(FEW, seed=seed, context=contexts[1], guidance=0.0)
    np.testing.assert_array_equal(same, other)


@pytest.mark.slow
@pytest.mark.parametrize(
    "case", [BY_NAME["nade-vector"], BY_NAME["char-rnn-labels"]], ids=repr
)
def test_graphs_xla_and_files_are_guided_alike(
    case, model, seed, context, reload
):
    options = {"seed": seed, "context": context, "guidance": WEIGHT}
    with run_eagerly():
        expected = model.sample(FEW, **options)
    for x in (
        model.sample(FEW, **options),
        model.sample(FEW, jit_compile=True, **options),
        reload(model).sample(FEW, **options),
    ):
        np.testing.assert_array_equal(x, expected)


@pytest.mark.parametrize("case", [BY_NAME["char-rnn-labels"]], ids=repr)
def test_streams_are_guided(case, model, seed):
    steps = case.event_shape[0]

    def draw(seed):
        return model.generate(
            NUM_SAMPLES, steps, seed=seed, context=1, guidance=WEIGHT
        )

    joint = guided_joint(case, model, 1, WEIGHT)
    assert_follows(draw, joint, case.num_levels, seed)
