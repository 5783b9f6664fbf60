"""Degrees and masks, pinned to matrices small enough to check by eye."""

import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.chi_squared import p_value
from tf_autoregressive import masks


def test_input_degrees_are_ranks_from_one():
    # Dimension 2 comes first, then 0, 3 and 1.
    degrees = masks.input_degrees(np.array([2, 0, 3, 1]))
    np.testing.assert_array_equal(degrees, [2, 4, 1, 3])


def test_a_hidden_unit_sees_degrees_up_to_its_own():
    mask = masks.dense_mask(np.array([1, 2, 3]), np.array([1, 2, 2, 1]))
    np.testing.assert_array_equal(
        mask,
        [
            [1, 1, 1, 1],
            [0, 1, 1, 0],
            [0, 0, 0, 0],
        ],
    )


def test_an_output_sees_degrees_below_its_own():
    mask = masks.dense_mask(
        np.array([1, 2, 2, 1]), np.array([1, 2, 3]), exclusive=True
    )
    np.testing.assert_array_equal(
        mask,
        [
            [0, 1, 1],
            [0, 0, 1],
            [0, 0, 1],
            [0, 1, 1],
        ],
    )


def test_direct_connections_are_strictly_triangular():
    degrees = np.array([2, 3, 1])
    np.testing.assert_array_equal(
        masks.dense_mask(degrees, degrees, exclusive=True),
        [
            [0, 1, 0],
            [0, 0, 0],
            [1, 1, 0],
        ],
    )


def test_degree_zero_sees_no_input_and_is_seen_by_all_outputs():
    inputs, hidden = np.array([1, 2]), np.array([0])
    np.testing.assert_array_equal(masks.dense_mask(inputs, hidden), [[0], [0]])
    np.testing.assert_array_equal(
        masks.dense_mask(hidden, inputs, exclusive=True), [[1, 1]]
    )


@pytest.mark.parametrize("exclusive", [False, True])
def test_masks_of_tensors_are_those_of_arrays(exclusive, rng):
    below, above = rng.integers(5, size=4), rng.integers(5, size=3)
    np.testing.assert_array_equal(
        masks.dense_mask(
            tf.constant(below), tf.constant(above), exclusive=exclusive
        ),
        masks.dense_mask(below, above, exclusive=exclusive),
    )


@pytest.mark.parametrize("min_degree", [0, 1, 3])
def test_hidden_degrees_are_uniform_from_the_least_to_the_last(
    min_degree, seed
):
    def counts(seed):
        degrees = masks.hidden_degrees(
            5000,
            6,
            min_degree=min_degree,
            generator=np.random.default_rng(seed),
        )
        return np.bincount(degrees, minlength=6)

    drawn = counts(seed)
    assert len(drawn) == 6
    expected = (np.arange(6) >= min_degree) & (np.arange(6) < 6)
    expected = expected.astype(float)
    p_values = [p_value(counts(seed + n), expected) for n in range(2)]
    assert max(p_values) > 1e-3


def test_hidden_degrees_stay_below_the_number_of_dimensions(rng):
    # The layer below holds the last degree alone.
    degrees = masks.hidden_degrees(50, 4, min_degree=7, generator=rng)
    np.testing.assert_array_equal(degrees, np.full(50, 3))


def test_one_dimension_leaves_degree_zero_alone(rng):
    degrees = masks.hidden_degrees(5, 1, min_degree=1, generator=rng)
    np.testing.assert_array_equal(degrees, np.zeros(5))


@pytest.mark.parametrize("exclusive", [False, True])
def test_connections_are_counted_without_the_mask(exclusive):
    rng = np.random.default_rng(0)
    degrees = rng.integers(0, 5, 7), rng.integers(0, 5, 9)
    mask = masks.dense_mask(*degrees, exclusive=exclusive)
    count = masks.num_connections(*degrees, exclusive=exclusive)
    assert count == mask.sum()
