"""Recorded draws that rounding decides, and their check by `verify`."""

import numpy as np
import pytest

from export.saved_models import doubt as doubts
from export.saved_models.checker import _rounded
from export.saved_models.doubt import doubt
from tests.zoo import BY_NAME
from tests.zoo import dear
from tf_autoregressive import sampling

CASES = [
    BY_NAME[name]
    for name in (
        "made-orders",
        "deep-nade-orders",
        "gated-pixel-cnn-logistics",
        "pixel-cnn-pp-logistics",
        "multi-scale-logistics",
    )
]


@pytest.mark.parametrize("completes", [False, True])
@pytest.mark.parametrize("case", dear(CASES[:1], CASES), ids=repr)
def test_a_draw_is_repeated_from_the_values_before_it(
    case, completes, seed, monkeypatch
):
    monkeypatch.setattr(doubts, "_CHANGE", 0.0)
    monkeypatch.setattr(doubts, "_NUM_CHANGES", 1)
    model, rng = case.build(seed), case.generator(seed)
    context = case.contexts(rng, 8)
    noise, request = sampling.as_seed(seed), sampling.Request(context=context)
    events = model.sample(8, seed=seed, context=context).numpy()
    found = doubt(model, events, noise, request)
    last = found["ranks"] == model.num_dims - 1
    assert (last.reshape(8, -1).sum(axis=1) == 1).all()
    if completes:
        known = (rng.random(events.shape) < 0.5) & ~last
        request = request._replace(given=sampling.Given(events, known))
        events = model.complete(events, known, seed=seed, context=context)
        events = events.numpy()
        found = doubt(model, events, noise, request)
    assert not found["undecided"].any()
    # Nothing depends on the last value: it alone differs from what is drawn.
    other = np.where(last, (events + 1) % model.num_levels, events)
    changed = doubt(model, other, noise, request)
    np.testing.assert_array_equal(changed["undecided"], last)


def test_undecided_is_what_lies_at_a_threshold(seed, monkeypatch):
    monkeypatch.setattr(doubts, "_CHANGE", 0.01)
    model = BY_NAME["fvsbn"].build(seed)
    events = model.sample(500, seed=seed).numpy()
    noise = sampling.as_seed(seed)
    found = doubt(model, events, noise, sampling.Request())
    # x = 1 where logit > logit(1 - u).
    logits = model.parameters_for(events).numpy().reshape(500, -1)
    uniforms = sampling.uniforms(noise, logits.shape).numpy()
    distance = np.abs(logits - np.log1p(-uniforms) + np.log(uniforms))
    near = distance < 0.01 * (1 + np.abs(logits))
    assert near.any()
    np.testing.assert_array_equal(found["undecided"].reshape(500, -1), near)


def test_real_values_leave_no_doubt(seed):
    model = BY_NAME["rnade"].build(seed)
    events = model.sample(3, seed=seed).numpy()
    assert not doubt(model, events, sampling.as_seed(seed), sampling.Request())


@pytest.mark.parametrize(
    ("changed", "rounded"),
    [
        ((), False),
        # Two is drawn before one and three.
        ((2,), True),
        ((1, 2, 3), True),
        ((0, 2), False),
        ((1, 3), False),
    ],
)
def test_what_follows_an_undecided_value_may_differ(changed, rounded):
    expected = np.zeros((2, 4), int)
    actual = expected.copy()
    actual[1, list(changed)] += 1
    undecided = np.array([[False, False, True, False]] * 2)
    ranks = np.array([[0, 2, 1, 3]] * 2)
    found = _rounded(np, actual, expected, undecided, ranks)
    assert found.tolist() == [False, rounded]
