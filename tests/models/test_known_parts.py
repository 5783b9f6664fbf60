"""`log_prob(x, given=...)`: log p(x[~given] | x[given])."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive import models

ORDER = [2, 0, 3, 1]
EVENTS = np.array(list(itertools.product([0, 1], repeat=4)))


def random_weights(model):
    generator = np.random.default_rng(0)
    model.set_weights([generator.normal(size=w.shape) for w in model.weights])
    return model


def by_enumeration(log_prob, given):
    """Returns `log p(x[~given] | x[given])` of all events, from the joint."""
    same = (EVENTS[:, None, given] == EVENTS[None, :, given]).all(axis=-1)
    of_given = np.log(np.where(same, np.exp(log_prob), 0).sum(axis=1))
    return log_prob - of_given


@pytest.mark.parametrize("num_known", range(5))
@pytest.mark.parametrize("num_masks", [1, 3])
def test_what_comes_first_is_given(num_known, num_masks):
    model = random_weights(
        models.MADE((4,), units=(8,), ordering=ORDER, num_masks=num_masks)
    )
    given = np.zeros(4, bool)
    given[ORDER[:num_known]] = True
    expected = by_enumeration(model.log_prob(EVENTS).numpy(), given)
    np.testing.assert_allclose(
        model.log_prob(EVENTS, given=given), expected, atol=1e-5
    )


def test_examples_have_parts_of_their_own():
    model = random_weights(models.PixelCNN((2, 2, 1), filters=4, num_blocks=1))
    x = EVENTS[5:8].reshape(3, 2, 2, 1)
    given = (
        np.arange(4).reshape(2, 2, 1) < np.array([0, 2, 4])[:, None, None, None]
    )
    per_dim = model.log_prob_per_dim(x).numpy()
    np.testing.assert_allclose(
        model.log_prob(x, given=given),
        np.where(given, 0, per_dim).sum(axis=(1, 2, 3)),
        atol=1e-6,
    )


@pytest.mark.parametrize("num_orderings", [1, 2])
def test_any_part_is_given_to_a_model_of_any_order(num_orderings):
    model = random_weights(
        models.DeepNADE((4,), units=(8, 8), num_orderings=num_orderings)
    )
    given = np.array([False, True, False, True])
    score = model.log_prob(EVENTS, given=given).numpy()
    # The conditional distribution of the rest adds up to one, and each of its
    # terms is a product of the network's conditionals.
    for values in itertools.product([0, 1], repeat=2):
        same = (EVENTS[:, given] == values).all(axis=1)
        assert np.exp(score[same]).sum() == pytest.approx(1, abs=1e-5)
    expected = [
        sum(
            conditional(model, x, known, site)
            for known, site in steps_after(given, ordering)
        )
        for ordering in model.ordering
        for x in EVENTS
    ]
    of_members = np.reshape(expected, [num_orderings, len(EVENTS)])
    np.testing.assert_allclose(
        score, np.log(np.exp(of_members).mean(axis=0)), atol=1e-5
    )


def steps_after(given, ordering):
    """Yields what is known and what comes next, from what is given on."""
    known = given.copy()
    for site in ordering:
        if not known[site]:
            yield known.copy(), site
            known[site] = True


def conditional(model, x, known, site):
    """Returns log p(x[site] | x[known]) by the layers of a DeepNADE."""
    hidden = np.concatenate([x * known, known]).astype("float32")
    for layer in model.hidden_layers:
        kernel, bias = (weight.numpy() for weight in layer.weights)
        hidden = np.maximum(hidden @ kernel + bias, 0)
    kernel, bias = (weight.numpy() for weight in model.output_layer.weights)
    logit = (hidden @ kernel + bias)[site]
    return -np.logaddexp(0, -logit if x[site] else logit)


def test_nothing_given_is_the_whole_event():
    model = random_weights(models.DeepNADE((4,), units=(8,)))
    np.testing.assert_allclose(
        model.log_prob(EVENTS, given=np.zeros(4, bool)),
        model.log_prob(EVENTS),
        atol=1e-6,
    )


def test_what_comes_later_is_refused():
    model = models.MADE((4,), units=(8,), ordering=ORDER)
    given = np.array([True, False, False, False])  # of rank 1
    with pytest.raises(ValueError, match=r"`given` must come first .*rank 1 a"):
        model.log_prob(EVENTS, given=given)

    @tf.function
    def score(given):
        return model.log_prob(tf.constant(EVENTS), given=given)

    with pytest.raises(tf.errors.InvalidArgumentError, match="must come first"):
        score(tf.constant(given))


def test_several_orders_have_no_first_part():
    model = models.MADE((4,), units=(8,), num_masks=2, order_agnostic=True)
    with pytest.raises(ValueError, match="`given` needs a model of one order"):
        model.log_prob(EVENTS, given=np.zeros(4, bool))


@pytest.mark.parametrize("given", [np.zeros(4), np.zeros(3, bool)])
def test_what_is_given_is_a_mask_of_the_event(given):
    model = models.FVSBN((4,))
    with pytest.raises(ValueError, match="`given` must be bool of shape"):
        model.log_prob(EVENTS, given=given)
