import numpy as np
import pytest
import tensorflow as tf

from trainers.training import batches
from trainers.training.batches import evaluation_batches
from trainers.training.batches import steps_per_pass
from trainers.training.batches import training_batches


@pytest.fixture(params=["in memory", "streamed"])
def way(request, monkeypatch):
    if request.param == "streamed":
        monkeypatch.setattr(batches, "_MEMORY_LIMIT_BYTES", 0)


def epochs_of(examples, count, **options):
    """Returns `count` epochs as lists of arrays, one a batch."""
    options = {"batch_size": 4, "seed": 3, "first_step": 0} | options
    dataset = training_batches(examples, **options)
    steps = steps_per_pass(examples, options["batch_size"])
    found = list(dataset.take(steps * count).as_numpy_iterator())
    return [found[i * steps : (i + 1) * steps] for i in range(count)]


@pytest.mark.usefixtures("way")
def test_an_epoch_visits_no_example_twice_and_leaves_out_less_than_a_batch():
    examples = tf.data.Dataset.range(22)
    for epoch in epochs_of(examples, 3):
        assert [len(batch) for batch in epoch] == [4] * 5
        assert len(np.unique(np.concatenate(epoch))) == 20


@pytest.mark.usefixtures("way")
def test_the_order_depends_on_seed_and_epoch_alone():
    examples = tf.data.Dataset.range(40)
    whole = epochs_of(examples, 3)
    continued = epochs_of(examples, 1, first_step=20)
    np.testing.assert_array_equal(whole[2], continued[0])
    within = epochs_of(examples, 1, first_step=13)
    np.testing.assert_array_equal(whole[1][3:], within[0][:7])
    np.testing.assert_array_equal(whole[2][:3], within[0][7:])
    assert not np.array_equal(whole[0], whole[1])
    assert not np.array_equal(whole, epochs_of(examples, 3, seed=4))


@pytest.mark.usefixtures("way")
def test_noise_depends_on_seed_and_step_alone():
    examples = tf.data.Dataset.from_tensors(0).repeat(8)

    def draw(batch, seed):
        return tf.random.stateless_uniform(tf.shape(batch), seed)

    whole = epochs_of(examples, 3, draw=draw)
    continued = epochs_of(examples, 1, first_step=4, draw=draw)
    np.testing.assert_array_equal(whole[2], continued[0])
    assert len(np.unique(whole)) == 24


@pytest.mark.usefixtures("way")
def test_labels_stay_with_their_examples():
    examples = tf.data.Dataset.range(12).map(lambda x: (x, -x))
    for x, label in epochs_of(examples, 1)[0]:
        np.testing.assert_array_equal(label, -x)


@pytest.mark.parametrize("examples", [3, -1])
def test_too_few_or_unknown_many_examples_are_refused(examples):
    dataset = tf.data.Dataset.range(10)
    dataset = (
        dataset.filter(lambda x: x > 0)
        if examples < 0
        else dataset.take(examples)
    )
    received = "an unknown number of" if examples < 0 else "3"
    with pytest.raises(ValueError, match=f"{received} examples, batch_size=4"):
        steps_per_pass(dataset, 4)


@pytest.mark.usefixtures("way")
def test_evaluation_takes_every_example_once_in_order():
    found = evaluation_batches(tf.data.Dataset.range(10), 4)
    assert [list(batch) for batch in found.as_numpy_iterator()] == [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
        [8, 9],
    ]


def test_examples_of_unknown_shape_are_streamed():
    examples = tf.data.Dataset.range(8).map(
        lambda x: tf.ensure_shape(tf.fill([1 + 0 * x], x), [None])
    )
    assert len(epochs_of(examples, 1)[0]) == 2
