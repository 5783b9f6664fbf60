import pytest

from tests.trainers.kills import check


@pytest.mark.slow
def test_a_run_killed_at_random_moments_ends_as_if_it_had_not_been(seed):
    assert not check(num_kills=3, epochs=12, seed=seed)
