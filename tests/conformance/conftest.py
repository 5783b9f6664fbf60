"""Models of the zoo, built once and shared by the tests of a case."""

import keras
import pytest
import tensorflow as tf

from tests.conformance.draws import record_draws
from tf_autoregressive.models.loading import load_model

BATCH_SIZE = 48


@pytest.fixture
def model(case, seed, shared):
    """The model of a case with large random weights; no test may change it."""
    key = ("model", case.name, seed)
    if key not in shared:
        shared[key] = case.build(seed)
    return shared[key]


@pytest.fixture
def context(case, rng):
    """One context for all examples, or `None`."""
    contexts = case.contexts(rng, 2)
    return None if contexts is None else contexts[1]


@pytest.fixture
def trained(case, seed, shared):
    """A model after some updates on one batch: `(model, batch, before)`.

    `before` is its `log_prob` of the batch before the updates.
    """
    key = ("trained", case.name, seed)
    if key not in shared:
        shared[key] = _trained(case, seed)
    return shared[key]


def _trained(case, seed):
    model = case.build(seed)
    x, context = case.batch(case.generator(seed), BATCH_SIZE)
    before = model(x, context=context).log_prob(x).numpy()
    # Steps run op by op, because tracing costs more than so few steps.
    model.compile(optimizer=keras.optimizers.Adam(1e-3), run_eagerly=True)
    # Members train in cycles, and the estimate of DeepNADE is a random one.
    exact = case.ensemble_size == 1 and not model.any_order
    model.fit(dataset(x, context), epochs=1 if exact else 6, verbose=0)
    return model, (x, context), before


def dataset(x, context=None, batch_size=BATCH_SIZE):
    data = x if context is None else (x, context)
    return tf.data.Dataset.from_tensor_slices(data).batch(batch_size)


@pytest.fixture
def draws(case, model, seed, shared):
    """Returns the shared `Draws` of a method."""

    def of_method(method):
        key = ("draws", case.name, seed, method)
        if key not in shared:
            shared[key] = record_draws(case, model, seed, method)
        return shared[key]

    return of_method


@pytest.fixture
def reload(tmp_path):
    """Returns a model after a round trip through a `.keras` file."""

    def round_trip(model):
        path = tmp_path / f"{model.name}.keras"
        model.save(path)
        reloaded = load_model(path)
        if type(model).block_size is not None:
            reloaded.block_size = model.block_size
        return reloaded

    return round_trip
