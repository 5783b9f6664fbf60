"""Deep NADE: every ordering from one network, and its training estimate."""

import itertools
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.conditionals import member_parameters
from tests.conformance.conditionals import probabilities
from tf_autoregressive.models import DeepNADE


def random_model(rng, event_shape=(3,), **options):
    model = DeepNADE(
        event_shape, **{"units": (5, 4), "activation": "tanh", **options}
    )
    for variable in model.trainable_variables:
        variable.assign(rng.normal(size=variable.shape))
    return model


def test_conditionals_are_those_of_the_equations(rng):
    model = random_model(rng, (4,), ordering=(2, 0, 3, 1))
    weights = [w.numpy() for w in model.trainable_variables]
    x = rng.integers(2, size=(6, 4)).astype("float64")
    known = np.zeros_like(x)
    parameters = model.parameters_for(x)
    for dim in (2, 0, 3, 1):
        hidden = np.concatenate([x * known, known], axis=1)
        for kernel, bias in zip(weights[:4:2], weights[1:4:2], strict=True):
            hidden = np.tanh(hidden @ kernel + bias)
        logits = hidden @ weights[4] + weights[5]
        np.testing.assert_allclose(
            parameters[:, dim, 0], logits[:, dim], rtol=1e-4, atol=1e-5
        )
        known[:, dim] = 1.0


def test_one_member_makes_the_weights_of_all(monkeypatch):
    members = []
    network = DeepNADE.network

    def noted(self, *args, member, **kwargs):
        members.append(member)
        return network(self, *args, member=member, **kwargs)

    monkeypatch.setattr(DeepNADE, "network", noted)
    model = DeepNADE((3,), units=(5,), num_orderings=4)
    assert members == [0]
    model.parameters_for([[0, 1, 1]])
    assert members == [0, 0, 1, 2, 3]


def test_each_example_may_have_an_ordering_of_its_own(rng):
    model = random_model(rng, (4,))
    x = rng.integers(2, size=(5, 4)).astype("uint8")
    orderings = np.array([rng.permutation(4) for _ in range(5)])
    together = member_parameters(
        model, x, ordering=tf.constant(orderings, tf.int32)
    )
    for index, ordering in enumerate(orderings):
        alone = member_parameters(
            model,
            x[index : index + 1],
            ordering=tf.constant(ordering, tf.int32),
        )
        np.testing.assert_allclose(
            together[index], alone[0], rtol=1e-5, atol=1e-6
        )
    # The first of an ordering sees nothing, the last sees all others.
    for index, ordering in enumerate(orderings):
        for rank, dim in enumerate(ordering):
            other = x.copy()
            other[index, dim] ^= 1
            changed = together != member_parameters(
                model, other, ordering=tf.constant(orderings, tf.int32)
            )
            np.testing.assert_array_equal(
                np.flatnonzero(changed[index].any(axis=-1)),
                np.sort(ordering[rank + 1 :]),
            )


def all_orders_log_prob(model, x):
    """Returns `[6, B]`: `log p(x)` under every ordering of 3 dimensions."""
    result = []
    for ordering in itertools.permutations(range(3)):
        parameters = member_parameters(
            model, x, ordering=tf.constant(ordering, tf.int32)
        )
        chosen = np.take_along_axis(
            probabilities(parameters), x[..., None].astype(int), -1
        )
        result.append(np.log(chosen[..., 0]).sum(axis=1))
    return np.array(result)


def test_the_estimate_to_train_on_is_unbiased(rng):
    model = random_model(rng)
    for event in ([0, 0, 0], [1, 0, 1]):
        x = np.array([event], "uint8")
        exact = all_orders_log_prob(model, x).mean()
        estimates = model.training_log_prob(np.repeat(x, 40_000, axis=0))
        error = np.std(estimates) / np.sqrt(40_000)
        assert abs(np.mean(estimates) - exact) < 5.0 * error


def test_orderings_and_numbers_are_drawn_for_each_example(rng):
    model = random_model(rng)
    known, num_known = (t.numpy() for t in model._draw_known(30_000))
    np.testing.assert_array_equal(known.sum(axis=1), num_known)
    # 0, 1 or 2 known, equally often, and each dimension as often as others.
    np.testing.assert_allclose(
        np.bincount(num_known.astype(int)) / 30_000,
        np.full(3, 1 / 3),
        atol=0.02,
    )
    np.testing.assert_allclose(known.mean(axis=0), np.full(3, 1 / 3), atol=0.02)
    _, num_known = model._draw_known(7)
    assert np.bincount(num_known.numpy().astype(int), minlength=3).min() == 2
    model.compile(optimizer="adam")
    model.optimizer.build(model.trainable_variables)
    model.optimizer.iterations.assign(1)
    of_next_update, _ = model._draw_known(30_000)
    assert np.any(of_next_update != known)


def test_replicas_draw_orderings_of_their_own(rng, monkeypatch):
    model = random_model(rng)
    draws = []
    for replica_id in range(2):
        replica = types.SimpleNamespace(replica_id_in_sync_group=replica_id)
        monkeypatch.setattr(
            tf.distribute, "get_replica_context", lambda r=replica: r
        )
        known, _ = model._draw_known(100)
        draws.append(known.numpy())
    assert np.any(draws[0] != draws[1])


def test_evaluation_is_exact_and_the_same_every_time(rng):
    model = random_model(rng, num_orderings=2)
    model.compile(jit_compile=False)
    x = rng.integers(2, size=(10, 3)).astype("uint8")
    results = [
        model.evaluate(x, batch_size=4, verbose=0, return_dict=True)
        for _ in range(2)
    ]
    assert results[0] == results[1]
    np.testing.assert_allclose(
        results[0]["loss"], -np.mean(model.log_prob(x)), rtol=1e-5
    )


def test_training_learns_every_ordering(rng):
    # The second and third bit copy the first: whichever is known tells all.
    x = np.repeat(rng.integers(2, size=(64, 1)), 3, axis=1).astype("uint8")
    model = DeepNADE((3,), units=(24,))
    model.compile(optimizer=keras.optimizers.Adam(0.1), jit_compile=False)
    model.fit(np.tile(x, (40, 1)), batch_size=64, epochs=2, verbose=0)
    per_order = -all_orders_log_prob(model, x).mean(axis=1)
    np.testing.assert_allclose(per_order, np.full(6, np.log(2.0)), atol=0.25)


def test_orderings_are_the_same_for_ever():
    model = DeepNADE((6,), units=(2,), num_orderings=3)
    np.testing.assert_array_equal(
        model.ordering,
        [[0, 1, 2, 3, 4, 5], [3, 2, 5, 4, 0, 1], [4, 5, 1, 2, 0, 3]],
    )
    other = DeepNADE((6,), units=(2,), num_orderings=3, ordering_seed=1)
    assert np.any(other.ordering[1:] != model.ordering[1:])
    np.testing.assert_array_equal(other.ordering[0], model.ordering[0])


@pytest.mark.parametrize("num_known", [0, 2, 3])
def test_completion_of_known_values_of_late_ranks(num_known, rng):
    # Copies of one bit: what is known decides what is not.
    model = random_model(rng)
    x = rng.integers(2, size=(8, 3)).astype("uint8")
    known = np.arange(3) >= 3 - num_known
    completed = model.complete(x, known, seed=1).numpy()
    np.testing.assert_array_equal(completed[:, known], x[:, known])
