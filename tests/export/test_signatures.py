"""Every signature answers what the model's method answers."""

import json
import math

import numpy as np
import pytest

from tests.conformance.draws import assert_same_draws
from tests.zoo import BY_NAME
from tests.zoo import SERVED
from tests.zoo import all_but

FAST = [BY_NAME["fvsbn"]]
TRIED = all_but(FAST, SERVED)
NUM_EXAMPLES = 9
SEEDS = [0, -7, 2**40 + 3]


def batch(exported, rng):
    """Returns events, contexts, and the contexts as an input of a request."""
    x, context = exported.case.batch(rng, NUM_EXAMPLES)
    return x, context, {} if context is None else {"context": context}


def top_k_of(exported, top_k=0):
    """Returns `top_k` as an input of a request, where it is one."""
    _, inputs = exported.signatures["sample"].structured_input_signature
    return {"top_k": top_k} if "top_k" in inputs else {}


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_log_prob(exported, rng):
    x, context, given = batch(exported, rng)
    expected = exported.model.log_prob(x, context)
    for signature in ("serving_default", "log_prob"):
        answer = exported.ask(signature, events=x, **given)
        np.testing.assert_allclose(answer["log_prob"], expected, rtol=1e-5)
    if exported.case.is_discrete:
        bits = -expected / (exported.case.num_dims * math.log(2.0))
        np.testing.assert_allclose(answer["bits_per_dim"], bits, rtol=1e-5)
    else:
        assert "bits_per_dim" not in answer


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
            temperature=1.0,
            **top_k_of(exported),
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


@pytest.mark.parametrize("case", TRIED, ids=repr)
def test_sample_with_other_temperatures_and_top_k(exported, rng, seed):
    _, context, given = batch(exported, rng)
    for temperature, top_k in [(0.5, 0), (2.0, 1), (1.0, 2), (0.5, 1000)]:
        cut = top_k_of(exported, top_k)
        x, log_prob = exported.model.sample(
            NUM_EXAMPLES,
            seed=seed,
            context=context,
            temperature=temperature,
            top_k=cut.get("top_k") or None,
            return_log_prob=True,
        )
        answer = exported.ask(
            "sample",
            num_samples=NUM_EXAMPLES,
            seed=seed,
            temperature=temperature,
            **cut,
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
            "complete", events=x, known=known, seed=seed, **given
        )
        np.testing.assert_allclose(
            answer["events"], expected, rtol=1e-5, atol=1e-6
        )


def test_one_sample_is_the_first_of_many(fvsbn):
    one, many = (
        fvsbn.ask("sample", num_samples=count, seed=5, temperature=1.0, top_k=0)
        for count in (1, 64)
    )
    np.testing.assert_array_equal(one["events"], many["events"][:1])


@pytest.mark.slow
@pytest.mark.parametrize("case", [BY_NAME["fvsbn-labels"]], ids=repr)
def test_one_context_serves_all_samples(exported):
    answer = exported.ask(
        "sample",
        num_samples=7,
        seed=5,
        temperature=1.0,
        top_k=0,
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
