import numpy as np
import pytest
import tensorflow as tf

import tf_autoregressive as tfar
from trainers.data import load
from trainers.errors import UsageError


def test_fixed_data_has_nothing_random(recipe, data_dir):
    data = load(recipe(), data_dir)
    assert data.draw is None
    assert data.info.event_shape == (112,)


@pytest.mark.parametrize("binarization", ["threshold", "dynamic"])
def test_a_choice_of_examples_is_fixed(binarization, recipe, data_dir):
    options = {"binarization": binarization, "with_labels": True}
    fields = {"dataset": "mnist", "dataset_options": options}
    whole = load(recipe(**fields), data_dir).test.batch(33)
    _, labels = whole.get_single_element()
    some = load(recipe(**fields, test_examples=12), data_dir)
    _, chosen = some.test.batch(12).get_single_element()
    order = np.sort(np.random.default_rng(0).permutation(33)[:12])
    np.testing.assert_array_equal(chosen, labels.numpy()[order])
    assert int(some.validation.cardinality()) == 21
    few = load(recipe(**fields, validation_examples=5), data_dir)
    assert int(few.validation.cardinality()) == 5
    assert int(few.test.cardinality()) == 33


def test_dynamic_binarization_is_tied_to_its_seed(recipe, data_dir):
    options = {"binarization": "dynamic", "with_labels": True}
    data = load(recipe(dataset="mnist", dataset_options=options), data_dir)
    assert data.info.num_levels == 2
    grey, labels = next(data.train.batch(70).as_numpy_iterator())
    assert grey.max() > 1

    def bits(seed):
        return data.draw((tf.constant(grey), labels), tf.constant([0, seed]))

    np.testing.assert_array_equal(bits(1)[0], bits(1)[0])
    assert np.any(bits(1)[0] != bits(2)[0])
    np.testing.assert_array_equal(bits(1)[1], labels)
    # A mean of 55,000 bits: five standard deviations are 0.01.
    assert np.mean(bits(1)[0]) == pytest.approx(grey.mean() / 255, abs=0.01)
    assert np.all(bits(1)[0].numpy()[grey == 255] == 1)
    assert np.all(bits(1)[0].numpy()[grey == 0] == 0)


def test_validation_under_dynamic_binarization_is_fixed(recipe, data_dir):
    options = {"binarization": "dynamic"}
    data = load(recipe(dataset="mnist", dataset_options=options), data_dir)
    batch = data.validation.batch(21)
    first, second = next(iter(batch)), next(iter(batch))
    assert np.max(first) == 1
    np.testing.assert_array_equal(first, second)


@pytest.mark.parametrize(
    ("changes", "folder", "message"),
    [
        ({"dataset": "mushroom"}, None, "must be one of .*mushrooms"),
        ({"dataset": "adult"}, None, "adult.npz in the folder `data_dir`"),
        ({"dataset_options": {"colour": 1}}, None, "Received: colour"),
    ],
)
def test_data_that_cannot_be_had_says_why(recipe, changes, folder, message):
    with pytest.raises(UsageError, match=message):
        load(recipe(**changes), folder)


def test_a_missing_split_is_named(recipe, tmp_path):
    np.savez(tmp_path / "mushrooms.npz", train=np.zeros((4, 112), int))
    with pytest.raises(UsageError, match="'mushrooms' has no validation split"):
        load(recipe(), str(tmp_path))


def test_the_library_is_what_loads(recipe, data_dir):
    data = load(recipe(), data_dir)
    direct = tfar.datasets.load("mushrooms", data_dir=data_dir)
    assert data.info == direct.info
