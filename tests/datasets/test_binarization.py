import numpy as np
import pytest

from tf_autoregressive.datasets import binarize
from tf_autoregressive.datasets import draw_bits
from tf_autoregressive.datasets import from_arrays


def grey(values, copies=1, **splits):
    """A dataset whose examples are `copies` of one row of grey levels."""
    rows = np.tile(np.asarray(values), (copies, 1))
    return from_arrays(rows, rows, rows, name="grey", num_levels=256, **splits)


def one_pass(dataset):
    return np.stack(list(dataset.as_numpy_iterator()))


def test_the_threshold_is_half_the_highest_level():
    data = binarize(grey([0, 127, 128, 255]), "threshold")
    for split in (data.train, data.validation, data.test):
        np.testing.assert_array_equal(one_pass(split), [[0, 0, 1, 1]])
    assert data.info.binarization == "threshold 0.5"
    assert data.info.num_levels == 2


def test_the_threshold_of_five_levels_is_the_middle_one():
    levels = from_arrays([[0, 1, 2, 3, 4]], name="a", num_levels=5)
    data = binarize(levels, "threshold")
    np.testing.assert_array_equal(one_pass(data.train), [[0, 0, 1, 1, 1]])


@pytest.mark.parametrize("binarization", ["threshold", "dynamic"])
def test_splits_keep_size_shape_hash_and_labels(binarization):
    values = np.full((700, 2, 1), 255)
    labels = {"train": np.arange(700)}
    source = from_arrays(values, name="a", num_levels=256, labels=labels)
    data = binarize(source, binarization)

    examples, given = data.train.element_spec
    assert (examples.shape, examples.dtype) == ((2, 1), "uint8")
    assert given.dtype == "int32"
    assert data.train.cardinality() == 700
    assert [int(y) for _, y in data.train] == list(range(700))
    assert data.validation is None
    assert data.info.sha256 == source.info.sha256


def test_dynamic_bits_follow_the_grey_levels():
    copies, levels = 4000, np.array([0, 1, 64, 128, 254, 255])
    data = binarize(grey(levels, copies), "dynamic")
    for split in (data.train, data.validation, data.test):
        rate, expected = one_pass(split).mean(axis=0), levels / 255
        error = np.sqrt(expected * (1 - expected) / copies)
        assert np.all(np.abs(rate - expected) <= 4.5 * error)


def test_dynamic_training_bits_differ_by_example_and_by_pass():
    # Two chunks of equal examples, so that only the noise tells them apart.
    data = binarize(grey([128] * 64, copies=600), "dynamic")
    first, second = one_pass(data.train), one_pass(data.train)
    assert len(np.unique(np.concatenate([first, second]), axis=0)) == 1200


def test_dynamic_held_out_bits_are_drawn_once_whatever_the_seed():
    data = binarize(grey([128] * 64, copies=600), "dynamic", seed=1)
    other = binarize(grey([128] * 64, copies=600), "dynamic", seed=2)
    for split in ("validation", "test"):
        bits = one_pass(getattr(data, split))
        assert len(np.unique(bits, axis=0)) == 600
        np.testing.assert_array_equal(bits, one_pass(getattr(data, split)))
        np.testing.assert_array_equal(bits, one_pass(getattr(other, split)))
    assert np.any(one_pass(data.validation) != one_pass(data.test))


def test_equal_seeds_draw_the_same_passes_and_others_do_not():
    def passes(seed):
        data = binarize(grey([128] * 64, copies=3), "dynamic", seed=seed)
        return np.stack([one_pass(data.train) for _ in range(3)])

    np.testing.assert_array_equal(passes(1), passes(1))
    assert np.any(passes(1) != passes(2))


def test_bits_are_a_function_of_the_seed(rng):
    levels = rng.integers(0, 16, size=(2, 50))
    bits = draw_bits(levels, (1, 2), num_levels=16).numpy()
    np.testing.assert_array_equal(
        bits, draw_bits(levels, (1, 2), num_levels=16)
    )
    assert np.any(bits != draw_bits(levels, (1, 3), num_levels=16))
    assert np.all(bits[levels == 0] == 0)
    assert np.all(bits[levels == 15] == 1)


def test_repeated_data_is_drawn_anew_as_well():
    data = binarize(grey([128] * 64), "dynamic")
    assert len(np.unique(one_pass(data.train.repeat(5)), axis=0)) == 5


def test_info_says_what_was_drawn_and_when():
    data = binarize(grey([1], notes="By me."), "dynamic")
    assert data.info.binarization == "dynamic"
    assert data.info.notes.startswith("By me. Training examples are drawn anew")
    assert "test were drawn once" in data.info.notes


def test_an_unknown_binarization_is_refused():
    with pytest.raises(ValueError, match=r'"dynamic".*n=.median'):
        binarize(grey([1]), "median")


def test_real_values_are_refused():
    data = from_arrays([[0.5]], name="wine", num_levels=None)
    with pytest.raises(ValueError, match="real-valued dataset 'wine'"):
        binarize(data, "threshold")
