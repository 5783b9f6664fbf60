"""Drawing with caches gives what recomputing everything gives."""

import numpy as np
import pytest

from tests.conformance.conditionals import member_parameters
from tests.conformance.draws import NUM_SAMPLES
from tests.conformance.draws import ROUNDING
from tests.conformance.draws import assert_same_draws
from tests.conformance.draws import run_eagerly
from tests.zoo import BY_NAME
from tests.zoo import CASES
from tests.zoo import FAMILIES
from tests.zoo import HARDEST
from tests.zoo import REPRESENTATIVE
from tests.zoo import all_but
from tests.zoo import dear
from tests.zoo import taking_turns
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE

METHODS = ["incremental", "full"]
INCREMENTAL = [case for case in CASES if case.constructor.incremental]
BLOCKWISE = [case for case in CASES if case.constructor.block_size]
OPTIONS = [
    {"temperature": 0.5},
    {"temperature": 2.0},
    {"top_k": 1},
    {"top_p": 0.8},
    {"min_p": 0.3},
]


def methods(case):
    return METHODS if case.constructor.incremental else METHODS[1:]


@pytest.mark.parametrize("case", taking_turns(INCREMENTAL), ids=repr)
def test_both_methods_draw_the_same_events(case, model, seed, draws):
    full, incremental = draws("full"), draws("incremental")
    assert_same_draws(
        case, model, full.x, incremental.x, seed=seed, context=full.context
    )


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(INCREMENTAL), ids=repr)
def test_both_methods_follow_another_seed(case, model, seed, context, draws):
    options = {"seed": 2**40 + seed, "context": context}
    full = model.sample(NUM_SAMPLES, method="full", **options)
    incremental = model.sample(NUM_SAMPLES, **options)
    assert_same_draws(case, model, full, incremental, **options)
    assert (full.numpy() != draws("full").x).any()


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_log_prob_of_the_sampler_is_that_of_scoring(case, model, draws):
    for method in methods(case):
        drawn = draws(method)
        np.testing.assert_allclose(
            drawn.log_prob,
            model(drawn.x, context=drawn.context).log_prob(drawn.x),
            rtol=1e-5,
            atol=1e-4,
        )


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_the_sampler_draws_from_the_conditionals_that_are_scored(
    case, model, draws
):
    for method in methods(case):
        drawn = draws(method)
        for member in range(case.ensemble_size):
            mine = drawn.members == member
            expected = member_parameters(
                model, drawn.x, drawn.context, member=member
            )
            for rank, site in enumerate(case.sites(model, member)):
                np.testing.assert_allclose(
                    drawn.parameters[rank][mine],
                    expected[mine, site],
                    rtol=1e-4,
                    atol=1e-4,
                )


@pytest.mark.parametrize("case", taking_turns(INCREMENTAL), ids=repr)
def test_incremental_is_what_one_gets(case, model, seed, draws):
    context = draws("incremental").context
    with run_eagerly():
        x = model.sample(NUM_SAMPLES, seed=seed, context=context)
    np.testing.assert_array_equal(x, draws("incremental").x)


@pytest.mark.parametrize("case", all_but(REPRESENTATIVE, BLOCKWISE), ids=repr)
def test_the_size_of_blocks_does_not_matter(case, seed, draws):
    model = case.build(seed)
    full = draws("full")
    options = {"seed": seed, "context": full.context}
    for block_size in (1, 2, 5, 16):
        model.block_size = block_size
        with run_eagerly():
            x = model.sample(NUM_SAMPLES, **options)
        assert_same_draws(case, model, full.x, x, **options)


@pytest.mark.parametrize(
    ("constructor", "units"), [(MADE, (20, 30)), (NADE, 20)]
)
def test_events_of_several_blocks_of_the_usual_size(constructor, units, seed):
    # There are six blocks of 14, and the last is not full.
    model = constructor((83,), units=units, ordering="random")
    full, expected = model.sample(
        64, seed=seed, method="full", return_log_prob=True
    )
    x, log_prob = model.sample(64, seed=seed, return_log_prob=True)
    np.testing.assert_array_equal(x, full)
    np.testing.assert_allclose(log_prob, expected, rtol=1e-5, atol=1e-4)


# In bfloat16 a network's outputs are this far from those in float32.
HALF_PRECISION = 0.02


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    "case", all_but(HARDEST, [c for c in FAMILIES if c.is_discrete]), ids=repr
)
def test_mixed_precision_differs_by_its_rounding_alone(case, seed, context):
    model = case.build(seed, dtype="mixed_bfloat16")
    options = {"seed": seed, "context": context}
    full, (x, log_prob) = (
        model.sample(NUM_SAMPLES, method="full", **options),
        model.sample(NUM_SAMPLES, return_log_prob=True, **options),
    )
    assert_same_draws(case, model, full, x, tolerance=HALF_PRECISION, **options)
    repeats = None if context is None else np.stack([context] * NUM_SAMPLES)
    np.testing.assert_allclose(
        log_prob, model(x, context=repeats).log_prob(x), rtol=0.1, atol=0.3
    )


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("options", OPTIONS, ids=repr)
@pytest.mark.parametrize(
    "case",
    dear(
        HARDEST,
        [c for c in INCREMENTAL if c.is_discrete and not c.has_logistics],
    ),
    ids=repr,
)
def test_both_methods_take_the_same_options(
    case, model, options, seed, context
):
    results = [
        model.sample(
            NUM_SAMPLES,
            seed=seed,
            context=context,
            method=method,
            return_log_prob=True,
            **options,
        )
        for method in METHODS
    ]
    (incremental, log_prob), (full, expected) = results
    same = np.reshape(incremental == full, (NUM_SAMPLES, -1)).all(axis=1)
    assert np.count_nonzero(~same) <= NUM_SAMPLES * case.num_dims * ROUNDING + 1
    np.testing.assert_allclose(
        log_prob[same], expected[same], rtol=1e-4, atol=1e-4
    )


@pytest.mark.slow
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(
    "case",
    [
        BY_NAME["rnade"],
        BY_NAME["made-gaussians"],
        BY_NAME["pixel-cnn-pp-logistics"],
    ],
    ids=repr,
)
def test_both_methods_take_a_temperature_for_real_values(
    case, model, seed, context
):
    options = {"seed": seed, "context": context, "temperature": 0.5}
    np.testing.assert_allclose(
        model.sample(NUM_SAMPLES, **options),
        model.sample(NUM_SAMPLES, method="full", **options),
        rtol=1e-3,
        atol=1e-3,
    )
