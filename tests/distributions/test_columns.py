import itertools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.compression import Codec
from tf_autoregressive.distributions import ColumnsOutput
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import NADE
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import PixelCNN

LEVELS = [[0, 4], [0, 2, 4], [0, 1, 2, 3, 4], [2], [0, 1, 4]]
ROWS = np.array(list(itertools.product(*LEVELS)))
ORDER = (3, 1, 4, 0, 2)
MODELS = {
    "made": lambda output, **options: MADE(
        (5,), units=(9, 8), distribution=output, ordering=ORDER, **options
    ),
    "made-masks": lambda output, **options: MADE(
        (5,),
        units=(9,),
        distribution=output,
        num_masks=3,
        order_agnostic=True,
        **options,
    ),
    "made-graph": lambda output, **options: MADE(
        (5,),
        units=(9,),
        distribution=output,
        adjacency=np.triu(np.ones((5, 5)), 1),
        **options,
    ),
    "fvsbn": lambda output, **options: FVSBN(
        (5,), distribution=output, ordering=ORDER, **options
    ),
    "nade": lambda output, **options: NADE(
        (5,), units=6, distribution=output, ordering=ORDER, **options
    ),
    "deep-nade": lambda output, **options: DeepNADE(
        (5,), units=(7, 6), distribution=output, num_orderings=2, **options
    ),
}


FAST = "made"
# One whose drawing visits values in an order, and one of any order.
LEADING = (FAST, "nade", "deep-nade")


def marks_of(name):
    return [
        *([] if name == FAST else [pytest.mark.slow]),
        *([] if name in LEADING else [pytest.mark.takes_turns]),
    ]


@pytest.fixture(
    params=[pytest.param(name, marks=marks_of(name)) for name in MODELS]
)
def make(request):
    def made(**options):
        model = MODELS[request.param](ColumnsOutput(LEVELS), **options)
        rng = np.random.default_rng(0)
        for variable in model.trainable_variables:
            variable.assign(rng.normal(size=variable.shape))
        return model

    return made


def are_rows(values):
    values = np.asarray(values)
    return all(
        np.isin(values[:, dim], of_dim).all()
        for dim, of_dim in enumerate(LEVELS)
    )


@pytest.mark.parametrize("context", [None, 1])
def test_all_the_probability_is_with_rows_that_can_be(make, context):
    model = make() if context is None else make(num_classes=2)
    contexts = None if context is None else np.full(len(ROWS), context)
    probabilities = np.exp(model.log_prob(ROWS, contexts), dtype="float64")
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-5)
    other = ROWS[:1].copy()
    other[0, 0] = 1
    assert (
        model.log_prob(other, context if context is None else contexts[:1])[0]
        < -1e8
    )


@pytest.mark.parametrize(
    "options", [{}, {"temperature": 50.0}, {"top_p": 0.9}, {"min_p": 0.01}]
)
def test_draws_are_rows_that_can_be(make, options):
    model = make()
    drawn = model.sample(200, seed=1, **options)
    assert are_rows(drawn)
    full = model.sample(200, seed=1, method="full", **options)
    np.testing.assert_array_equal(drawn, full)


def test_draws_have_the_probabilities_of_rows(make):
    model = make()
    drawn = model.sample(20_000, seed=2).numpy()
    probabilities = np.exp(model.log_prob(ROWS), dtype="float64")
    for dim, of_dim in enumerate(LEVELS):
        for level in of_dim:
            expected = probabilities[ROWS[:, dim] == level].sum()
            assert np.mean(drawn[:, dim] == level) == pytest.approx(
                expected, abs=0.02
            )


def test_guided_draws_are_rows_that_can_be(make):
    model = make(num_classes=2, context_dropout=0.5)
    labels = np.arange(100) % 2
    drawn = model.sample(100, seed=3, context=labels, guidance=2.0)
    assert are_rows(drawn)


def test_completions_keep_what_is_known(make):
    model = make()
    known = np.array([True, False, True, False, False])
    rows = ROWS[[0, 10, 40]]
    completed = model.complete(rows, known, seed=0).numpy()
    assert are_rows(completed)
    np.testing.assert_array_equal(completed[:, known], rows[:, known])


def test_training_finds_what_a_column_depends_on(make):
    # The second column says the first one; a linear model can see it.
    rng = np.random.default_rng(0)
    rows = ROWS[rng.integers(len(ROWS), size=2000)]
    rows[:, 0] = np.where(rows[:, 1] >= 2, 4, 0)
    model = make()
    model.compile(tf.keras.optimizers.Adam(0.01))
    history = model.fit(
        tf.data.Dataset.from_tensor_slices(rows).batch(100),
        epochs=12,
        verbose=0,
    )
    assert np.isfinite(history.history["loss"]).all()
    # The other three columns are uniform.
    best = np.log(3 * 5 * 3)
    assert -np.mean(model.log_prob(rows)) < best + 0.4


def test_models_are_saved_with_their_levels(make, tmp_path):
    model = make()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.output_distribution.levels == tuple(map(tuple, LEVELS))
    np.testing.assert_array_equal(
        loaded.sample(10, seed=0), model.sample(10, seed=0)
    )


def test_a_walk_and_a_codec_see_the_levels_of_columns():
    model = MODELS["nade"](ColumnsOutput(LEVELS))
    walk = model.walk(1)
    while not walk.is_finished:
        of_dim = LEVELS[walk.index[0]]
        probabilities = walk.conditional().prob(np.arange(5)).numpy()
        assert np.flatnonzero(probabilities).tolist() == of_dim
        walk = walk.observe([of_dim[-1]])
    codec = Codec(model)
    np.testing.assert_array_equal(codec.decompress(codec.compress(ROWS)), ROWS)


@pytest.mark.parametrize(
    "levels",
    [[], [[]], [[0, 0]], [[-1, 1]], [[0.5, 1]], [[0, 5]], [["a"]], [[True]]],
)
def test_other_levels_are_refused(levels):
    with pytest.raises(ValueError, match="`levels` must hold"):
        ColumnsOutput(levels, num_levels=5)


def test_other_events_and_models_are_refused():
    output = ColumnsOutput([[0, 1], [0, 2]])
    with pytest.raises(ValueError, match=r"as many dimensions.*Received: 2"):
        MADE((3,), distribution=output)
    with pytest.raises(ValueError, match="PixelCNN takes no other"):
        PixelCNN((2, 1, 1), filters=4, distribution=output)
