"""Every signature answers what the model's method answers."""

import json
import math

import numpy as np
import pytest

from tests.conformance.draws import assert_same_draws
from tests.zoo import BY_NAME
from tests.zoo import SERVED
from tests.zoo import dearest
from tf_autoregressive.sampling_options import OPTIONS

FAST = [BY_NAME["fvsbn"]]
TRIED = dearest(SERVED, FAST)
NUM_EXAMPLES = 9
SEEDS = [0, -7, 2**40 + 3]


def batch(exported, rng):
    """Returns events, contexts, and the contexts as an input of a request."""
    x, context = exported.case.batch(rng, NUM_EXAMPLES)
    return x, context, {} if context is None else {"context": context}


def numbers(exported, **options):
    """Returns the options of a request, those that the model offers."""
    _, inputs = exported.signatures["sample"].structured_input_signature
    off = {name: option.off for name, option in OPTIONS.items()}
    return {k: v for k, v in (off | options).items() if k in inputs}


def arguments(numbers):
    """Returns the same as `model.sample` takes it."""
    return {
        name: None if number == OPTIONS[name].off else number
        for name, number in numbers.items()
    }


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_log_prob(exported, rng):
    x, context, given = batch(exported, rng)
    expected = exported.model.log_prob(x, context)
    for signature in ("serving_default", "log_prob"):
        answer = exported.ask(signature, events=x, **given)
        np.testing.assert_allclose(answer["log_prob"], expected, rtol=1e-5)
    # A count of dimensions means nothing for sequences of different length.
    has_lengths = exported.model.context.is_length
    has_bits = exported.case.is_discrete and not has_lengths
    assert ("bits_per_dim" in answer) == has_bits
    if has_bits:
        bits = -expected / (exported.case.num_dims * math.log(2.0))
        np.testing.assert_allclose(answer["bits_per_dim"], bits, rtol=1e-5)


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_log_prob_per_dim(exported, rng):
    x, context, given = batch(exported, rng)
    has_no_conditionals = exported.case.has_many_orderings
    assert ("log_prob_per_dim" in exported.signatures) != has_no_conditionals
    if not has_no_conditionals:
        answer = exported.ask("log_prob_per_dim", events=x, **given)
        np.testing.assert_allclose(
            answer["log_prob_per_dim"],
            exported.model.log_prob_per_dim(x, context),
            rtol=1e-5,
            atol=1e-5,
        )


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_sample(case, exported, rng):
    _, context, given = batch(exported, rng)
    for seed in SEEDS:
        x, log_prob = exported.model.sample(
            NUM_EXAMPLES, seed=seed, context=context, return_log_prob=True
        )
        answer = exported.ask(
            "sample",
            num_samples=NUM_EXAMPLES,
            seed=seed,
            first=0,
            **numbers(exported),
            **given,
        )
        assert answer["events"].dtype == x.numpy().dtype
        assert_same_draws(
            case,
            exported.model,
            x.numpy(),
            answer["events"],
            seed=seed,
            context=context,
        )
        np.testing.assert_allclose(
            answer["log_prob"], log_prob, rtol=1e-5, atol=1e-5
        )


DEPARTING = [
    {"temperature": 0.5},
    {"temperature": 2.0, "top_k": 1},
    {"top_k": 2},
    {"temperature": 0.5, "top_k": 1000},
    {"top_p": 0.75},
    {"min_p": 0.5},
    {"temperature": 2.0, "top_k": 2, "top_p": 0.875, "min_p": 0.125},
]


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_sample_with_other_temperatures_and_cuts(exported, rng, seed):
    _, context, given = batch(exported, rng)
    for options in DEPARTING:
        request = numbers(exported, **options)
        x, log_prob = exported.model.sample(
            NUM_EXAMPLES,
            seed=seed,
            context=context,
            return_log_prob=True,
            **arguments(request),
        )
        answer = exported.ask(
            "sample",
            num_samples=NUM_EXAMPLES,
            seed=seed,
            first=0,
            **request,
            **given,
        )
        np.testing.assert_allclose(answer["events"], x, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(
            answer["log_prob"], log_prob, rtol=1e-5, atol=1e-5
        )


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_complete(exported, rng):
    x, context, given = batch(exported, rng)
    known = rng.integers(0, 2, x.shape).astype(bool)
    for seed in SEEDS:
        expected = exported.model.complete(x, known, seed=seed, context=context)
        answer = exported.ask(
            "complete", events=x, known=known, seed=seed, first=0, **given
        )
        np.testing.assert_allclose(
            answer["events"], expected, rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_samples_from_the_middle(exported, rng):
    _, context, given = batch(exported, rng)
    whole = exported.model.sample(NUM_EXAMPLES, seed=5, context=context)
    for first, count in [(1, 1), (4, 5)]:
        part = slice(first, first + count)
        answer = exported.ask(
            "sample",
            num_samples=count,
            seed=5,
            first=first,
            **numbers(exported),
            **{name: value[part] for name, value in given.items()},
        )
        np.testing.assert_allclose(
            answer["events"], whole[part], rtol=1e-5, atol=1e-6
        )


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_a_sample_from_each_seed(exported, rng):
    _, context, given = batch(exported, rng)
    answer = exported.ask(
        "sample_seeds",
        seeds=SEEDS,
        **numbers(exported),
        **{name: value[: len(SEEDS)] for name, value in given.items()},
    )
    for row, seed in enumerate(SEEDS):
        x, log_prob = exported.model.sample(
            1,
            seed=seed,
            context=None if context is None else context[row : row + 1],
            return_log_prob=True,
        )
        np.testing.assert_allclose(
            answer["events"][row], x[0], rtol=1e-5, atol=1e-6
        )
        np.testing.assert_allclose(
            answer["log_prob"][row], log_prob[0], rtol=1e-5, atol=1e-5
        )


@pytest.mark.slow
@pytest.mark.parametrize("case", [BY_NAME["fvsbn-labels"]], ids=repr)
def test_one_context_serves_all_samples(exported):
    answer = exported.ask(
        "sample",
        num_samples=7,
        seed=5,
        first=0,
        **numbers(exported),
        context=[2],
    )
    expected = exported.model.sample(7, seed=5, context=2)
    np.testing.assert_array_equal(answer["events"], expected)


def test_info(fvsbn):
    answer = fvsbn.ask("info", request=[0, 0])
    assert answer["model"].tolist() == [b"FVSBN"] * 2
    assert answer["distribution"].tolist() == [b"bernoulli"] * 2
    assert answer["event_shape"].tolist() == [[2, 3, 1]] * 2
    assert answer["num_levels"].tolist() == [2, 2]
    assert answer["max_num_samples"].tolist() == [64, 64]
    assert json.loads(answer["result"][0]) == {"test": {"nats": 1.5}}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("case", "key", "value"),
    [
        (BY_NAME["fvsbn-labels"], "num_classes", [3]),
        (BY_NAME["fvsbn-map"], "context_shape", [[2, 2, 1]]),
        (BY_NAME["rnade-vector"], "num_levels", [0]),
    ],
    ids=repr,
)
def test_info_tells_the_context_and_real_values(exported, key, value):
    assert exported.ask("info", request=[0])[key].tolist() == value


def test_the_batch_dimension_is_free(fvsbn, rng):
    for count in (1, 2, 130):
        x = fvsbn.case.events(rng, count)
        assert fvsbn.ask("log_prob", events=x)["log_prob"].shape == (count,)
