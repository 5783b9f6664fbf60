"""Every fault has its place in the source, and tests that exist."""

import pathlib

import pytest

from tests import injected_faults

ROOT = pathlib.Path(__file__).parent.parent


@pytest.fixture(scope="module")
def sources():
    return injected_faults.sources()


@pytest.fixture(scope="module")
def definitions():
    """The text of all test files."""
    files = (ROOT / "tests").rglob("test_*.py")
    return "\n".join(path.read_text() for path in files)


@pytest.mark.parametrize(
    "fault", injected_faults.FAULTS, ids=lambda fault: fault.name
)
def test_a_fault_can_be_put_in(fault, sources, definitions):
    path = injected_faults.place_of(fault, sources)
    changed = sources[path].replace(fault.old, fault.new)
    compile(changed, str(path), "exec")
    assert f"def {fault.test}(" in definitions


def test_names_differ():
    names = [fault.name for fault in injected_faults.FAULTS]
    assert len(set(names)) == len(names)
