"""Tests that share what is costly run in one process; others take turns."""

import datetime

import pytest

from tests.conftest import NUM_TURNS
from tests.conftest import turn_of_time

HOUR, DAY = datetime.timedelta(hours=1), datetime.timedelta(days=1)


def test_the_groups_reach_pytest_xdist(request):
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("one process runs all tests")
    # Without groups every process makes all that tests share: that doubles the
    # time and the memory, and no other test would fail.
    assert request.node.nodeid.endswith("@test_groups")


@pytest.mark.parametrize("step", [HOUR, DAY], ids=["hours", "nights"])
def test_every_turn_comes(step):
    start = datetime.datetime(2026, 12, 31, 9, 5)
    turns = {turn_of_time(start + n * step) for n in range(NUM_TURNS)}
    assert turns == set(range(NUM_TURNS))
