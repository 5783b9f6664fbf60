import numpy as np
import pytest

from trainers.errors import UsageError
from trainers.media.known import known_positions


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("top", [[1, 1, 1], [0, 0, 0]]),
        ("bottom", [[0, 0, 0], [1, 1, 1]]),
        ("left", [[1, 0, 0], [1, 0, 0]]),
        ("right", [[0, 1, 1], [0, 1, 1]]),
    ],
)
def test_halves_of_an_image(name, expected):
    known = known_positions(name, (2, 3, 1))
    assert known.dtype == bool
    np.testing.assert_array_equal(known[..., 0], expected)


def test_halves_of_a_vector():
    np.testing.assert_array_equal(known_positions("top", (3,)), [1, 0, 0])
    with pytest.raises(UsageError, match=r"shape \(3,\) have no left half"):
        known_positions("left", (3,))


@pytest.mark.parametrize("name", ["top", "bottom"])
def test_a_side_of_one_has_no_halves(name):
    with pytest.raises(UsageError, match=f"have no {name} half"):
        known_positions(name, (1, 4, 1))


def test_random_positions_follow_the_seed_and_keep_channels_together():
    known = known_positions("random", (20, 20, 3), seed=1)
    assert np.all(known.all(axis=-1) == known.any(axis=-1))
    assert 0.3 < known.mean() < 0.7
    np.testing.assert_array_equal(
        known, known_positions("random", (20, 20, 3), seed=1)
    )
    assert np.any(known != known_positions("random", (20, 20, 3), seed=2))
    assert known_positions("random", (30,)).shape == (30,)
