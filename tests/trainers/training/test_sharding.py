import numpy as np
import pytest
import tensorflow as tf

import tf_autoregressive as tfar
from trainers.errors import UsageError
from trainers.training.sharding import check_divides
from trainers.training.sharding import padded
from trainers.training.sharding import sharded
from trainers.training.sharding import sharded_evaluation


class Devices:
    """The part of a strategy of several processes that `sharding` uses."""

    def __init__(self, num_processes, process, num_replicas):
        self.num_replicas_in_sync = num_replicas
        self.process = tf.distribute.InputContext(
            num_processes, process, num_replicas
        )

    def distribute_datasets_from_function(self, function):
        return function(self.process)


def shares(batches, num_processes, num_replicas):
    """Returns the shares that each process gives its replicas, in order."""
    return [
        list(sharded(batches, devices).as_numpy_iterator())
        for devices in (
            Devices(num_processes, process, num_replicas)
            for process in range(num_processes)
        )
    ]


@pytest.mark.parametrize("num_processes", [1, 2, 4])
def test_replicas_share_every_batch(num_processes):
    batches = tf.data.Dataset.range(24).batch(12, drop_remainder=True)
    found = shares(batches, num_processes, num_replicas=4)
    # The order is local replica by local replica, as `predict` puts them
    # together.
    found = np.reshape(found, [num_processes, 2, -1, 3])
    together = np.transpose(found, [1, 2, 0, 3])
    np.testing.assert_array_equal(together.ravel(), np.arange(24))


def test_contexts_stay_with_their_examples():
    examples = tf.data.Dataset.range(8).map(lambda x: (x, -x))
    batches = examples.batch(4, drop_remainder=True)
    for share in shares(batches, num_processes=2, num_replicas=2):
        for x, context in share:
            np.testing.assert_array_equal(context, -x)


def test_one_replica_gets_the_batches_as_they_are():
    batches = tf.data.Dataset.range(8).batch(3)
    assert sharded(batches, tf.distribute.get_strategy()) is batches


def test_a_short_batch_is_filled_up_at_weight_0():
    batches = padded(tf.data.Dataset.range(7).batch(4), 4)
    assert batches.element_spec["x"].shape == (4,)
    _, last = batches.as_numpy_iterator()
    assert last["x"].tolist() == [4, 5, 6, 6]
    assert last["weight"].tolist() == [1, 1, 1, 0]


def test_in_evaluation_every_example_counts_once():
    examples = tf.data.Dataset.range(21).map(lambda x: (x, -x))
    seen = []
    for process in range(2):
        devices = Devices(2, process, num_replicas=2)
        batches, steps = sharded_evaluation(examples, 5, devices)
        # Rounded up to batches of 6, of which each replica has 3.
        assert steps == 4
        for batch in batches.as_numpy_iterator():
            np.testing.assert_array_equal(batch["context"], -batch["x"])
            assert len(batch["x"]) == 3
            seen += batch["x"][batch["weight"] > 0].tolist()
    assert sorted(seen) == list(range(21))


@pytest.mark.slow
def test_what_a_batch_is_filled_up_with_does_not_count_in_a_score():
    model = tfar.models.MADE((5,), units=(4,), num_classes=3)
    model.compile(optimizer="sgd")
    x = np.random.default_rng(0).integers(0, 2, (7, 5))
    examples = tf.data.Dataset.from_tensor_slices((x, np.arange(7) % 3))
    whole = model.evaluate(examples.batch(7), verbose=0)
    filled_up = padded(examples.batch(4), 4)
    np.testing.assert_allclose(
        model.evaluate(filled_up, verbose=0), whole, rtol=1e-6
    )
    assert model.predict(filled_up, verbose=0).shape == (8,)
    history = model.fit(filled_up, epochs=2, verbose=0).history
    assert history["loss"][1] < history["loss"][0]


@pytest.mark.slow
def test_weights_count_in_the_loss_that_is_trained():
    changes = []
    x = np.random.default_rng(0).integers(0, 2, (6, 5))
    for batches in (
        tf.data.Dataset.from_tensor_slices(x[:4]).batch(4),
        padded(tf.data.Dataset.from_tensor_slices(x[:4]).batch(6), 6),
    ):
        model = tfar.models.FVSBN((5,))
        model.compile(optimizer="sgd", jit_compile=False)
        model.fit(batches, verbose=0)
        changes.append(model.get_weights())
    for one, other in zip(*changes, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)


def test_a_batch_must_divide_among_the_replicas():
    check_divides(16, Devices(1, 0, 4))
    with pytest.raises(UsageError, match="batch_size=18, 4 replicas"):
        check_divides(18, Devices(1, 0, 4))
