"""A few inputs for each door, the same in every run."""

import warnings

import pytest

from tests.fuzz.door import Door
from tests.fuzz.doors import DOORS
from tests.fuzz.driver import outcome


@pytest.mark.parametrize("name", DOORS)
def test_what_comes_in_is_taken_or_refused_by_name(name):
    kinds = set()
    with warnings.catch_warnings():
        # Libraries warn of damage that they live with.
        warnings.simplefilter("ignore")
        for index in range(30):
            became = outcome(DOORS[name], 0, index, seconds=60)
            assert became.kind != "finding", f"{index}: {became.said}"
            kinds.add(became.kind)
    assert kinds == {"taken", "refused"}


class Ajar(Door):
    """A door that does with numbers what no door should."""

    name = "ajar"

    def make(self, rng, folder):
        return folder / "a.npz"

    def file_of(self, given):
        return given.name

    def enter(self, given):
        return self.does(given)

    def check(self, given, taken):
        assert taken == given.name


@pytest.mark.parametrize(
    ("does", "kind", "said"),
    [
        (lambda path: path.name, "taken", ""),
        (lambda path: int(path.name), "refused", "a.npz"),
        (lambda path: int("b.npz"), "finding", "does not name the file"),
        (lambda path: path / 2, "finding", "TypeError"),
        (lambda path: "another", "finding", "taken for another"),
        (lambda path: len(bytes(3 * 10**9)), "finding", "GB allocated"),
    ],
)
def test_findings_are_found(does, kind, said):
    door = Ajar()
    door.does = does
    became = outcome(door, 0, 0, seconds=60)
    assert became.kind == kind
    assert said in became.said
