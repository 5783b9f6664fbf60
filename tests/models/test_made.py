"""MADE: masks as drawn in the paper, ensembles, equations."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.draws import run_eagerly
from tf_autoregressive.models import MADE


def hidden_degrees(model):
    return [layer.out_degrees for layer in model.hidden_layers]


def test_the_output_is_that_of_the_equations(rng):
    model = MADE(
        (4,),
        units=(6, 5),
        activation="tanh",
        ordering=(2, 0, 3, 1),
        context_shape=(2,),
    )
    model.set_weights([rng.normal(size=w.shape) for w in model.weights])
    x = rng.integers(2, size=(7, 4)).astype("float64")
    context = rng.normal(size=(7, 2))

    def dense(layer, inputs, below, above, shift):
        mask = [
            [m > n if layer.exclusive else m >= n for m in above] for n in below
        ]
        outputs = inputs @ (layer.kernel.numpy() * mask)
        outputs += context @ shift.kernel.numpy() if shift else 0.0
        return outputs + (0.0 if layer.bias is None else layer.bias.numpy())

    ranks = [2, 4, 1, 3]
    first, second = (degrees[0] for degrees in hidden_degrees(model))
    shifts = model.context_layers
    hidden = np.tanh(dense(model.hidden_layers[0], x, ranks, first, shifts[0]))
    hidden = np.tanh(
        dense(model.hidden_layers[1], hidden, first, second, shifts[1])
    )
    logits = dense(model.output_layer, hidden, second, ranks, shifts[2])
    logits += dense(model.direct_layer, x, ranks, ranks, None)
    np.testing.assert_allclose(
        model.parameters_for(x, context=context)[..., 0], logits, rtol=1e-4
    )


def test_degrees_are_the_same_for_ever():
    # A saved model keeps the seed of its masks, not the masks.
    model = MADE((6,), units=(5, 4), num_masks=2, order_agnostic=True)
    first, second = hidden_degrees(model)
    np.testing.assert_array_equal(first, [[5, 4, 3, 2, 2], [4, 4, 3, 3, 5]])
    np.testing.assert_array_equal(second, [[2, 2, 2, 2], [3, 5, 5, 3]])
    np.testing.assert_array_equal(
        model.ordering, [[0, 1, 2, 3, 4, 5], [5, 2, 4, 3, 1, 0]]
    )


@pytest.mark.parametrize("options", [{}, {"num_classes": 2}], ids=str)
def test_no_unit_is_left_without_an_input(options):
    model = MADE((9,), units=(3, 4, 5), num_masks=20, **options)
    # With a context, degree 0 sees that.
    lowest = np.full(20, 0 if options else 1)
    for degrees in hidden_degrees(model):
        assert np.all(degrees.min(axis=1) >= lowest)
        assert np.all(degrees.max(axis=1) <= 8)
        lowest = degrees.min(axis=1)


def test_degree_zero_is_drawn_only_with_a_context():
    with_context = MADE((4,), units=(200,), num_classes=2)
    assert 0 in hidden_degrees(with_context)[0]
    assert 0 not in hidden_degrees(MADE((4,), units=(200,)))[0]


@pytest.mark.parametrize("order_agnostic", [False, True])
def test_each_mask_has_degrees_and_if_wanted_an_ordering(order_agnostic):
    model = MADE((8,), units=(20,), num_masks=4, order_agnostic=order_agnostic)
    degrees = hidden_degrees(model)[0]
    assert len({tuple(row) for row in degrees}) == 4
    assert len({tuple(row) for row in model.ordering}) == (
        4 if order_agnostic else 1
    )
    np.testing.assert_array_equal(model.ordering[0], np.arange(8))


def test_another_seed_draws_other_masks():
    one, other = (MADE((8,), units=(20,), mask_seed=seed) for seed in (0, 1))
    assert np.any(hidden_degrees(one)[0] != hidden_degrees(other)[0])


class Recording(MADE):
    """Writes down which member each pass is of."""

    def network(self, inputs, *, context, member, training):
        self.passes.append((int(member), training))
        return super().network(
            inputs, context=context, member=member, training=training
        )


@pytest.mark.slow
def test_members_train_in_turn(monkeypatch):
    passes = []
    monkeypatch.setattr(Recording, "passes", passes, raising=False)
    model = Recording((4,), units=(5,), num_masks=3)
    passes.clear()
    model.compile(optimizer="sgd", run_eagerly=True)
    x = np.zeros((10, 4), "uint8")
    model.fit(x, batch_size=2, verbose=0)
    assert passes == [(n % 3, True) for n in range(5)]
    passes.clear()
    model.evaluate(x, batch_size=10, verbose=0)
    assert passes == [(0, False), (1, False), (2, False)]


def test_events_are_drawn_from_their_own_members_alone(monkeypatch):
    model = MADE((4,), units=(5,), num_masks=8)
    begun = []
    init_cache = model.init_cache

    def counted(batch_size, *, context, member):
        begun.append(np.shape(member))
        return init_cache(batch_size, context=context, member=member)

    monkeypatch.setattr(model, "init_cache", counted)
    with run_eagerly():
        model.sample(32, seed=0)
    # One pass serves all, and each event has a member in it.
    assert begun == [(32,)]


@pytest.mark.parametrize(
    "jit_compile",
    [False, pytest.param(True, marks=pytest.mark.slow)],
    ids=["plain", "xla"],
)
def test_an_update_trains_the_member_whose_turn_it_is(jit_compile, rng):
    model = MADE((6,), units=(12,), num_masks=3, direct=False)
    model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=jit_compile)
    x = rng.integers(2, size=(8, 6)).astype("uint8")
    layer = model.hidden_layers[0]
    for member in (0, 1, 2, 0):
        before = layer.kernel.numpy()
        model.fit(x, batch_size=8, verbose=0)
        changed = before != layer.kernel.numpy()
        assert changed.any()
        assert not (changed & ~layer.mask(member)).any()


def test_without_direct_connections_there_are_none():
    direct, indirect = (
        MADE((4,), units=(3,), direct=direct) for direct in (True, False)
    )
    assert indirect.direct_layer is None
    assert direct.count_params() - indirect.count_params() == 16


def test_an_int_is_one_layer():
    model = MADE((4,), units=7)
    assert model.units == (7,)
    assert len(model.hidden_layers) == 1


def test_gradients_of_masked_weights_are_zero(rng):
    model = MADE((5,), units=(6, 6), activation="tanh")
    x = rng.integers(2, size=(20, 5)).astype("uint8")
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x).log_prob(x))
    layers = [*model.hidden_layers, model.output_layer, model.direct_layer]
    gradients = tape.gradient(loss, [layer.kernel for layer in layers])
    for layer, gradient in zip(layers, gradients, strict=True):
        assert not np.any(gradient.numpy()[~layer.mask()])
