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
        ("spiral", r"one of \['hilbert', 'natural', .*'spiral'"),
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


SHAPES = [(1, 1, 1), (1, 5, 1), (4, 4, 1), (28, 28, 1), (3, 5, 1), (6, 7, 3)]


def steps(ordering, event_shape):
    """Returns how far apart consecutive pixels are: rows and columns."""
    pixels = ordering[:: event_shape[2]] // event_shape[2]
    cells = np.stack(np.divmod(pixels, event_shape[1]), axis=1)
    return np.abs(np.diff(cells, axis=0))


@pytest.mark.parametrize("event_shape", SHAPES)
@pytest.mark.parametrize("name", ["snake", "hilbert"])
def test_orders_of_images_go_from_pixel_to_neighbour(name, event_shape):
    ordering = orderings.resolve(name, event_shape)
    np.testing.assert_array_equal(
        np.sort(ordering), orderings.natural(event_shape)
    )
    by_pixel = ordering.reshape(-1, event_shape[2])
    assert (np.diff(by_pixel, axis=1) == 1).all()
    moved = steps(ordering, event_shape)
    assert (moved.max(axis=1, initial=0) <= 1).all()
    # A rectangle of odd sides has no curve without a corner.
    assert (moved.sum(axis=1) == 2).sum() <= (name == "hilbert")


def test_the_hilbert_curve_of_four_by_four():
    expected = [0, 4, 5, 1, 2, 3, 7, 6, 10, 11, 15, 14, 13, 9, 8, 12]
    ordering = orderings.hilbert((4, 4, 1))
    assert ordering.tolist() in (
        expected,
        np.arange(16).reshape(4, 4).T.ravel()[expected].tolist(),
    )


def test_a_hilbert_curve_stays_close():
    # After 64 of 1,024 pixels the raster order has gone through two rows.
    rows, columns = np.divmod(
        orderings.hilbert((32, 32, 1)).reshape(16, 64), 32
    )
    assert (np.ptp(rows, axis=1) < 8).all()
    assert (np.ptp(columns, axis=1) < 8).all()


def test_the_raster_has_eight_symmetries():
    image = np.arange(12).reshape(2, 3, 2)
    found = {
        tuple(order) for order in orderings.symmetries(image.shape).tolist()
    }
    expected = set()
    for turned in (image, image.transpose(1, 0, 2)):
        for flipped in (turned, turned[::-1]):
            expected |= {
                tuple(flipped.ravel().tolist()),
                tuple(flipped[:, ::-1].ravel().tolist()),
            }
    assert found == expected
    assert len(found) == 8


@pytest.mark.parametrize("name", ["snake", "hilbert"])
def test_orders_of_images_are_for_images(name):
    with pytest.raises(ValueError, match=r"`event_shape` must be \(H, W, C\)"):
        orderings.resolve(name, (6,))


def test_parents_come_first():
    adjacency = np.zeros((5, 5), int)
    for parent, child in [(3, 0), (3, 1), (4, 1), (1, 2)]:
        adjacency[parent, child] = 1
    assert orderings.topological(adjacency).tolist() == [3, 0, 4, 1, 2]


def test_a_cycle_is_named():
    adjacency = np.zeros((4, 4), int)
    adjacency[0, 2] = adjacency[2, 3] = adjacency[3, 0] = 1
    with pytest.raises(ValueError, match=r"without cycles\. Received: .*2.*3"):
        orderings.topological(adjacency)


def test_a_graph_is_a_square_matrix():
    with pytest.raises(ValueError, match="`adjacency` must be a square"):
        orderings.topological(np.zeros((2, 3)))
