"""Tests that share what is costly run in one process."""

import pytest


def test_the_groups_reach_pytest_xdist(request):
    if not getattr(request.config.option, "loadgroup", False):
        pytest.skip("one process runs all tests")
    # Without groups every process makes all that tests share: that doubles the
    # time and the memory, and no other test would fail.
    assert request.node.nodeid.endswith("@test_groups")
