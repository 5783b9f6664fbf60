"""A walk goes through the conditionals that are drawn from and scored."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests import processes
from tests.conformance.draws import run_eagerly
from tests.zoo import BY_NAME
from tests.zoo import CASES
from tests.zoo import FAMILIES
from tests.zoo import IMAGE_FAMILIES
from tests.zoo import SEQUENCE_FAMILIES
from tests.zoo import dear
from tests.zoo import taking_turns

WALKED = [case for case in CASES if not case.has_many_orderings]
REFUSED = [case for case in CASES if case.has_many_orderings]
# There is one case of each way to keep the known values.
IN_GRAPHS = [
    case
    for case in [
        BY_NAME["made-masks"],
        BY_NAME["gated-pixel-cnn-colours"],
        *FAMILIES,
        *IMAGE_FAMILIES,
        *SEQUENCE_FAMILIES,
    ]
    if case in WALKED
]
# One of each way to compute with what is kept. Those that trace large graphs
# take turns: what other processes decode needs equal walks of images too.
ELSEWHERE_TOO = [
    *(BY_NAME[name] for name in ("made-masks", "nade-categorical", "char-rnn")),
    *(
        pytest.param(BY_NAME[name], marks=pytest.mark.takes_turns)
        for name in (
            "gated-pixel-cnn-colours",
            "diagonal-bilstm-logistics",
            "pixel-cnn-pp-logistics",
            "wavenet-logistics",
        )
    ),
]
FAST = [BY_NAME["made-two-layers"], BY_NAME["char-cnn-sequence"]]


def values_by_rank(case, model, x):
    """Returns what each position of a walk takes, for events `[B, ...]`."""
    sites = x.reshape(len(x), -1, case.site_size)[:, case.sites(model)]
    is_vector = len(model.site_shape) < len(case.event_shape)
    by_rank = np.moveaxis(sites, 1, 0)
    return by_rank if is_vector else by_rank[..., 0]


def walked(case, model, x, context):
    """Returns the walks before each position of `x`, and the last one."""
    walks = [model.walk(len(x), context)]
    for value in values_by_rank(case, model, x):
        walks.append(walks[-1].observe(value))
    return walks


@pytest.mark.parametrize("case", taking_turns(WALKED), ids=repr)
def test_a_walk_takes_the_steps_of_a_draw(case, model, draws):
    drawn = draws("incremental" if model.incremental else "full")
    with run_eagerly():
        *walks, last = walked(case, model, drawn.x, drawn.context)
    for rank, walk in enumerate(walks):
        assert walk.rank == rank
        of_members = np.reshape(
            walk.parameters, (len(drawn.x), case.ensemble_size, -1)
        )
        mine = drawn.members, np.arange(len(drawn.x))
        np.testing.assert_array_equal(
            np.swapaxes(of_members, 0, 1)[mine], drawn.parameters[rank]
        )
    assert last.is_finished
    np.testing.assert_array_equal(last.events, drawn.x)


@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize("case", taking_turns(WALKED), ids=repr)
def test_its_conditionals_are_those_that_are_scored(case, model, rng):
    x, context = case.batch(rng, 5)
    per_dim = np.array(model.log_prob_per_dim(x, context=context))
    *walks, _ = walked(case, model, x, context)
    values = values_by_rank(case, model, x)
    scores = values_by_rank(case, model, per_dim)
    for walk, value, score in zip(walks, values, scores, strict=True):
        conditional = walk.conditional()
        assert conditional.batch_shape == (5,)
        assert conditional.event_shape == value.shape[1:]
        assert conditional.dtype == model.event.dtype
        np.testing.assert_allclose(
            conditional.log_prob(tf.cast(value, conditional.dtype)),
            score.reshape(5, -1).sum(axis=1),
            rtol=1e-4,
            atol=1e-4,
        )
        at = walk.index
        assert len(at) == len(model.site_shape)
        np.testing.assert_array_equal(x[(slice(None), *at)], value)


@pytest.mark.parametrize("case", dear(FAST, IN_GRAPHS), ids=repr)
def test_graphs_walk_as_eager_mode_does(case, seed, rng):
    # The model is made here, because graphs of models that tests share would
    # stay.
    model = case.build(seed)
    x, context = case.batch(rng, 4)
    with run_eagerly():
        expected = walked(case, model, x, context)
    walks = walked(case, model, x, context)
    for one, other in zip(expected[:-1], walks[:-1], strict=True):
        np.testing.assert_allclose(
            one.parameters, other.parameters, rtol=1e-4, atol=1e-4
        )
    np.testing.assert_array_equal(walks[-1].events, x)
    check_taken(case, model, walks, x, context)
    check_repeated(case, model, walks, x, context)


def check_taken(case, model, walks, x, context):
    """Events that are taken at some rank go on as if they had been alone."""
    indices = np.array([3, 1, 1])
    taken_context = None if context is None else context[indices]
    alone = walked(case, model, x[indices], taken_context)
    values = values_by_rank(case, model, x[indices])
    for rank, walk in enumerate(walks[:-1]):
        taken = walk.take(indices)
        np.testing.assert_allclose(
            taken.parameters, alone[rank].parameters, rtol=1e-4, atol=1e-4
        )
        np.testing.assert_array_equal(taken.events, alone[rank].events)
        after = taken.observe(values[rank])
        if not after.is_finished:
            np.testing.assert_allclose(
                after.parameters,
                alone[rank + 1].parameters,
                rtol=1e-4,
                atol=1e-4,
            )
    np.testing.assert_array_equal(walks[-1].take(indices).events, x[indices])


def check_repeated(case, model, walks, x, context):
    """The same values have the same parameters, to the last bit.

    An entropy coder decodes with the parameters of another walk than it encoded
    with, and no value survives where they differ.
    """
    again = walked(case, model, x, context)
    for one, other in zip(walks[:-1], again[:-1], strict=True):
        np.testing.assert_array_equal(one.parameters, other.parameters)


ELSEWHERE = """
import sys

import keras
import numpy as np
import tf_autoregressive.models
from tests.conformance.test_walk import parameters_of
from tests.zoo import BY_NAME

folder, name = sys.argv[1:]
model = keras.saving.load_model(f"{folder}/model.keras")
given = np.load(f"{folder}/given.npz")
x, context = given["x"], given.get("context")
parameters = parameters_of(BY_NAME[name], model, x, context)
np.save(f"{folder}/parameters.npy", parameters)
"""


def parameters_of(case, model, x, context):
    """Returns the parameters of all positions of a walk, NumPy."""
    walks = walked(case, model, x, context)
    return np.stack([walk.parameters for walk in walks[:-1]])


@pytest.mark.slow
@pytest.mark.parametrize("case", ELSEWHERE_TOO, ids=repr)
def test_walks_of_another_process_are_the_same_to_the_last_bit(
    case, seed, tmp_path
):
    model = case.build(seed)
    x, context = case.batch(case.generator(seed), 4)
    path = tmp_path / "model.keras"
    model.save(path)
    # No file holds the size of a case, and other sums round otherwise.
    model.block_size = keras.saving.load_model(path).block_size
    given = {"x": x} if context is None else {"x": x, "context": context}
    np.savez(tmp_path / "given.npz", **given)
    processes.run(ELSEWHERE, tmp_path, case.name)
    np.testing.assert_array_equal(
        np.load(tmp_path / "parameters.npy"),
        parameters_of(case, model, x, context),
    )


@pytest.mark.parametrize("case", REFUSED, ids=repr)
def test_members_of_several_orderings_have_no_walk(case, model):
    with pytest.raises(ValueError, match="`walk` needs one ordering"):
        model.walk(2)
