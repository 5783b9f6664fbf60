"""Permutations of the event."""

import numpy as np
import pytest

from tf_autoregressive import orderings


def test_natural_and_reversed_are_the_raster_order_and_its_mirror():
    np.testing.assert_array_equal(orderings.natural((2, 2)), [0, 1, 2, 3])
    np.testing.assert_array_equal(orderings.backward((2, 2)), [3, 2, 1, 0])


def test_random_is_a_permutation_that_its_seed_decides():
    first = orderings.random((5, 4), seed=1)
    np.testing.assert_array_equal(np.sort(first), np.arange(20))
    np.testing.assert_array_equal(first, orderings.random((20,), seed=1))
    assert np.any(first != orderings.random((20,), seed=2))


def test_random_is_the_same_for_ever():
    # Saved models keep the name alone: another permutation is another model.
    np.testing.assert_array_equal(
        orderings.random((8,)), [2, 4, 3, 6, 5, 0, 1, 7]
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [("natural", [0, 1, 2]), ("reversed", [2, 1, 0])],
)
def test_names_resolve(name, expected):
    resolved = orderings.resolve(name, (3,))
    np.testing.assert_array_equal(resolved, expected)
    assert resolved.dtype == "int32"


@pytest.mark.parametrize("convert", [tuple, list, np.array, np.uint8])
def test_a_permutation_resolves_to_itself(convert):
    resolved = orderings.resolve(convert([2, 0, 1]), (3, 1))
    np.testing.assert_array_equal(resolved, [2, 0, 1])
    assert resolved.dtype == "int32"


@pytest.mark.parametrize(
    ("ordering", "message"),
    [
        ("snake", r"one of \['natural', 'random', 'reversed'\].*'snake'"),
        ([0, 1, 1], "permutation of the 3 dimensions"),
        ([1, 2, 3], "permutation of the 3 dimensions"),
        ([0, 1], "Received 2 entries"),
        ([[0, 1], [2, 3]], "Received 4 entries"),
        ([0.5, 1.0, 2.0], "permutation of the 3 dimensions"),
    ],
)
def test_what_is_no_permutation_is_refused(ordering, message):
    with pytest.raises(ValueError, match=message):
        orderings.resolve(ordering, (3,))


def test_ranks_are_the_inverse_permutation():
    ordering = np.array([2, 0, 3, 1])
    ranks = orderings.ranks(ordering)
    np.testing.assert_array_equal(ranks, [1, 3, 0, 2])
    np.testing.assert_array_equal(ranks[ordering], np.arange(4))


@pytest.mark.parametrize("ordering", ["random", (2, 0, 1), np.array([1, 0])])
def test_a_configuration_is_json(ordering):
    config = orderings.to_config(ordering)
    assert isinstance(config, (str, list))
    if not isinstance(ordering, str):
        assert config == [int(n) for n in ordering]
        assert all(type(n) is int for n in config)
