"""Draws of several dimensions at once, by models of any order."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tests.zoo import BY_NAME
from tf_autoregressive import models

ORDER = [2, 0, 3, 1]
EVENTS = np.array(list(itertools.product([0, 1], repeat=4)))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["order-agnostic-cnn-colours", "deep-nade-categorical"]
)
def test_a_step_for_each_dimension_is_exact(name):
    case = BY_NAME[name]
    model = case.build(0)
    context = case.contexts(np.random.default_rng(0), 20)
    np.testing.assert_array_equal(
        model.sample_approximately(20, case.num_dims, seed=3, context=context),
        model.sample(20, seed=3, context=context),
    )


def random_model():
    model = models.DeepNADE((4,), units=(9,), ordering=ORDER)
    generator = np.random.default_rng(1)
    model.set_weights([generator.normal(size=w.shape) for w in model.weights])
    return model


def log_prob_in_steps(model, steps):
    """Returns `[16]`: all dimensions of a step are given those before."""
    total, known = np.zeros(16), np.zeros((16, 4), "float32")
    for dims in steps:
        logits = model.conditionals(
            tf.constant(EVENTS * known, tf.float32), tf.constant(known), None
        ).numpy()[..., 0]
        signs = np.where(EVENTS, -logits, logits)
        total -= np.logaddexp(0.0, signs)[:, dims].sum(axis=1)
        known[:, dims] = 1.0
    return total


@pytest.mark.parametrize(
    ("num_steps", "steps"),
    [
        (1, [ORDER]),
        (2, [ORDER[:2], ORDER[2:]]),
        (3, [ORDER[:2], ORDER[2:3], ORDER[3:]]),
    ],
)
def test_dimensions_of_a_step_are_independent(num_steps, steps):
    model = random_model()
    number = 40_000
    x = model.sample_approximately(number, num_steps, seed=1).numpy()
    counts = np.bincount(x @ [8, 4, 2, 1], minlength=16)
    p = np.exp(log_prob_in_steps(model, steps))
    assert p.sum() == pytest.approx(1.0, abs=1e-5)
    assert np.all(np.abs(counts - number * p) < 5 * np.sqrt(number * p) + 1)
    # It is another distribution than that of the model.
    assert np.abs(p - np.exp(model.log_prob(EVENTS))).max() > 0.01


@pytest.mark.parametrize("num_steps", [0, 5, 1.5, True])
def test_there_are_at_most_as_many_steps_as_dimensions(num_steps):
    with pytest.raises(ValueError, match="`num_steps` must be an integer"):
        random_model().sample_approximately(2, num_steps)


def test_models_of_one_order_have_no_such_draws():
    assert not hasattr(models.MADE, "sample_approximately")
    assert not hasattr(models.PixelCNN, "sample_approximately")
