"""MADE of a graph: each variable sees its parents, and nothing else."""

import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.models import MADE

D = 5
CHAIN = np.eye(D, k=1, dtype=bool)
FULL = np.triu(np.ones((D, D), bool), 1)
EMPTY = np.zeros((D, D), bool)
TREE = np.zeros((D, D), bool)
TREE[[0, 0, 1, 1], [1, 2, 3, 4]] = True


def random_graph(seed):
    """Returns a graph whose dimensions are in no particular order."""
    generator = np.random.default_rng(seed)
    order = generator.permutation(D)
    graph = np.zeros((D, D), bool)
    graph[np.ix_(order, order)] = np.triu(generator.random((D, D)) < 0.5, 1)
    return graph


GRAPHS = {
    "chain": CHAIN,
    "tree": TREE,
    "full": FULL,
    "empty": EMPTY,
    "random-0": random_graph(0),
    "random-1": random_graph(1),
    "random-2": random_graph(2),
}


def random_model(adjacency, **options):
    model = MADE((D,), activation="tanh", adjacency=adjacency, **options)
    generator = np.random.default_rng(1)
    for weight in model.trainable_variables:
        weight.assign(generator.normal(size=weight.shape))
    return model


def seen(model, context=None):
    """Returns bool `[D, D]`: True at `[i, j]` if `j` has a gradient to `i`."""
    inputs = tf.constant(np.random.default_rng(2).random((3, D)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        parameters = model.network(
            inputs, context=context, member=0, training=False
        )[..., 0]
    jacobian = tape.batch_jacobian(parameters, inputs).numpy()
    return (jacobian != 0).any(axis=0).T


@pytest.mark.parametrize("name", GRAPHS)
@pytest.mark.parametrize(
    "options",
    [
        {"units": ()},
        {"units": (7,), "direct": False},
        {"units": (11, 6), "direct": False},
        {"units": (2, 3)},
        {"units": (6,), "direct": False, "num_classes": 2},
    ],
    ids=str,
)
def test_a_variable_depends_on_exactly_its_parents(name, options):
    model = random_model(GRAPHS[name], **options)
    context = tf.eye(3, 2) if "num_classes" in options else None
    np.testing.assert_array_equal(seen(model, context), GRAPHS[name])


def test_units_that_are_too_few_see_no_more():
    model = random_model(GRAPHS["random-0"], units=(2, 2), direct=False)
    assert not np.any(seen(model) & ~GRAPHS["random-0"])


def test_parents_are_drawn_first():
    adjacency = GRAPHS["random-1"]
    ranks = np.argsort(random_model(adjacency, units=(6,)).ordering[0])
    for parent, child in np.argwhere(adjacency):
        assert ranks[parent] < ranks[child]


def test_independent_variables_are_independent():
    """Leaves of a tree tell about each other through their parent alone."""
    model = random_model(TREE, units=(6,))
    x = np.array(list(itertools.product([0, 1], repeat=D)))
    p = np.exp(model.log_prob(x)).reshape([2] * D)
    np.testing.assert_allclose(p.sum(), 1, rtol=1e-5)
    # p(x[3], x[4] | x[1]) = p(x[3] | x[1]) p(x[4] | x[1])
    given = p.sum(axis=(0, 2))
    given /= given.sum(axis=(1, 2), keepdims=True)
    np.testing.assert_allclose(
        given,
        given.sum(axis=2)[:, :, None] * given.sum(axis=1)[:, None],
        rtol=1e-5,
    )


def test_the_graph_is_saved(tmp_path):
    model = random_model(TREE, units=(6,), mask_seed=3)
    model.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(again.adjacency, TREE)
    x = np.eye(D, dtype=int)
    np.testing.assert_array_equal(again.log_prob(x), model.log_prob(x))


def test_weights_of_another_graph_are_refused(tmp_path):
    path = tmp_path / "tree.weights.h5"
    random_model(TREE, units=(6,)).save_weights(path)
    for other in (CHAIN, None):
        with pytest.raises(ValueError, match=r"another|expected"):
            MADE((D,), units=(6,), adjacency=other).load_weights(path)


CYCLE = CHAIN.copy()
CYCLE[4, 2] = True


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"adjacency": CYCLE}, "`adjacency` must be of a graph without cycles"),
        ({"adjacency": np.eye(D, dtype=bool)}, "`adjacency`.*cycles"),
        ({"adjacency": CHAIN[:4]}, r"`adjacency` must have shape \(5, 5\)"),
        ({"adjacency": CHAIN[0]}, "`adjacency` must have shape"),
        ({"adjacency": [[0, 1], [0]]}, "`adjacency` must be an array"),
        ({"adjacency": 2 * CHAIN.astype(int)}, "`adjacency` must hold True"),
        ({"adjacency": 0.5 * CHAIN}, "`adjacency` must hold True"),
        ({"adjacency": CHAIN.astype(str)}, "`adjacency` must hold True"),
        (
            {"adjacency": np.ma.masked_array(CHAIN, mask=CHAIN)},
            "`adjacency` must have no masked",
        ),
        ({"adjacency": CHAIN, "ordering": "reversed"}, "`adjacency` says the"),
        ({"adjacency": CHAIN, "ordering": range(D)}, "`adjacency` says the"),
        ({"adjacency": CHAIN, "num_masks": 2}, "`adjacency` says the order"),
    ],
)
def test_what_is_not_a_graph_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        MADE((D,), units=(4,), **options)
