"""Op by op, in a graph, under XLA, reloaded: the same values."""

import numpy as np
import pytest
import tensorflow as tf

from tests import processes
from tests.conformance.draws import NUM_SAMPLES
from tests.conformance.draws import assert_same_draws
from tests.conformance.draws import run_eagerly
from tests.zoo import BY_NAME
from tests.zoo import COMPILED
from tests.zoo import FAMILIES
from tests.zoo import HARDEST
from tests.zoo import REPRESENTATIVE
from tests.zoo import dear
from tests.zoo import dearest
from tests.zoo import taking_turns
from tf_autoregressive.sampling import noise

METHODS = ["incremental", "full"]


def methods(case):
    return METHODS if case.constructor.incremental else METHODS[1:]


def check_draws(case, model, seed, draws, sample, only=None):
    """Compares `sample(method, context)` with what was drawn op by op."""
    for method in only or methods(case):
        drawn = draws(method)
        x, log_prob = sample(method, drawn.context)
        assert_same_draws(
            case, model, drawn.x, x, seed=seed, context=drawn.context
        )
        same = (x.numpy() == drawn.x).reshape(NUM_SAMPLES, -1).all(axis=1)
        np.testing.assert_allclose(
            log_prob[same], drawn.log_prob[same], rtol=1e-5, atol=1e-4
        )


def sampler(model, seed, **options):
    def sample(method, context):
        return model.sample(
            NUM_SAMPLES,
            seed=seed,
            context=context,
            method=method,
            return_log_prob=True,
            **options,
        )

    return sample


@pytest.mark.parametrize("case", dear(HARDEST), ids=repr)
def test_graphs_draw_what_single_ops_draw(case, model, seed, draws):
    check_draws(case, model, seed, draws, sampler(model, seed))


def compiled(model, seed, *, autograph=False, **options):
    """The same within a function that a user compiles."""
    options["autograph"] = autograph

    def sample(method, context):
        def function(seed):
            return model.sample(
                NUM_SAMPLES,
                seed=seed,
                context=context,
                method=method,
                return_log_prob=True,
            )

        # Converting the library costs seconds, and must change nothing.
        return tf.function(function, **options)(noise.as_seed(seed))

    return sample


@pytest.mark.parametrize("case", dear(HARDEST, FAMILIES), ids=repr)
def test_a_users_function_draws_the_same(case, model, seed, draws):
    check_draws(case, model, seed, draws, compiled(model, seed))


@pytest.mark.parametrize("case", dearest(FAMILIES), ids=repr)
def test_autograph_changes_nothing(case, model, seed, draws):
    check_draws(case, model, seed, draws, compiled(model, seed, autograph=True))


@pytest.mark.parametrize("case", dear([], COMPILED), ids=repr)
def test_xla_draws_the_same(case, model, seed, draws):
    check_draws(
        case,
        model,
        seed,
        draws,
        sampler(model, seed, jit_compile=True),
        only=methods(case)[:1],
    )


@pytest.mark.parametrize("case", dearest(REPRESENTATIVE), ids=repr)
def test_a_users_function_draws_the_same_under_xla(case, model, seed, draws):
    check_draws(
        case,
        model,
        seed,
        draws,
        compiled(model, seed, jit_compile=True),
        only=["full"],
    )


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_reloaded_models_draw_the_same(case, model, seed, draws, reload):
    reloaded = sampler(reload(model), seed)
    with run_eagerly():
        check_draws(case, model, seed, draws, reloaded, only=methods(case)[:1])


@pytest.mark.parametrize("case", taking_turns(), ids=repr)
def test_all_modes_score_the_same(case, model, rng):
    x, context = case.batch(rng, 16)
    expected = model.log_prob(x, context=context)

    @tf.function(autograph=False)
    def score(x, context):
        return model.log_prob(x, context=context)

    scores = [score(tf.constant(x), _tensor(context))]
    with run_eagerly():
        scores.append(model.log_prob(x, context=context))
    for actual in scores:
        np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-5)


def _tensor(context):
    return None if context is None else tf.constant(context)


@pytest.mark.parametrize("case", dear([], COMPILED), ids=repr)
def test_xla_scores_the_same(case, model, rng):
    x, context = case.batch(rng, 16)

    @tf.function(autograph=False, jit_compile=True)
    def score(x, context):
        return model.log_prob(x, context=context)

    np.testing.assert_allclose(
        score(tf.constant(x), _tensor(context)),
        model.log_prob(x, context=context),
        rtol=1e-5,
        atol=1e-5,
    )


@pytest.mark.parametrize("case", REPRESENTATIVE, ids=repr)
def test_seeds_may_be_ints_or_stateless_seeds(case, model, seed, context):
    with run_eagerly():
        of_int, of_array, of_tensor, *of_none = (
            model.sample(32, seed=s, context=context).numpy()
            for s in (
                seed,
                noise.as_seed(seed).numpy(),
                noise.as_seed(seed),
                None,
                None,
            )
        )
    np.testing.assert_array_equal(of_array, of_int)
    np.testing.assert_array_equal(of_tensor, of_int)
    assert (of_none[0] != of_none[1]).any()


@pytest.mark.parametrize("case", REPRESENTATIVE[:1], ids=repr)
def test_without_a_seed_a_compiled_function_draws_anew(case, model):
    sample = tf.function(lambda: model.sample(32), autograph=False)
    assert (sample().numpy() != sample().numpy()).any()


FRESH = """
import sys

import keras
import numpy as np
import tests.models.user_models
import tf_autoregressive.models

folder, seed, *names = sys.argv[1:]
results = {}
for name in names:
    model = keras.saving.load_model(f"{folder}/{name}.keras")
    given = np.load(f"{folder}/{name}.npz")
    context = given.get("context")
    x = given["x"]
    results[name] = model.sample(len(x), seed=int(seed), context=context)
    results[name + "-log_prob"] = model.log_prob(x, context=context)
np.savez(f"{folder}/results.npz", **results)
"""


@pytest.mark.slow
def test_a_fresh_process_draws_and_scores_the_same(seed, tmp_path):
    names = [
        "made-orders-labels",
        "nade-categorical",
        "deep-nade-two-layers",
        "rnade-vector",
        "user-model-stepped",
    ]
    expected = {}
    for name in names:
        expected[name] = saved(BY_NAME[name], seed, tmp_path)
    processes.run(FRESH, tmp_path, seed, *names)
    results = np.load(tmp_path / "results.npz")
    for name, (model, context, x, log_prob) in expected.items():
        assert_same_draws(
            BY_NAME[name], model, x, results[name], seed=seed, context=context
        )
        np.testing.assert_allclose(
            results[name + "-log_prob"], log_prob, rtol=1e-5, atol=1e-5
        )


def saved(case, seed, folder):
    """Saves a model, and events with their contexts; returns its results."""
    model = case.build(seed)
    model.save(folder / f"{case.name}.keras")
    context = case.contexts(case.generator(seed), 64)
    x = model.sample(64, seed=seed, context=context).numpy()
    given = {"x": x} if context is None else {"x": x, "context": context}
    np.savez(folder / f"{case.name}.npz", **given)
    return model, context, x, model.log_prob(x, context=context)
