"""Throws inputs at a door and tells what became of each."""

import contextlib
import dataclasses
import faulthandler
import pathlib
import sys
import tempfile
import traceback
import zlib

import numpy as np

from tests.fuzz.door import Door

# Bytes that a file below 25 MB may make a process allocate.
_MOST_MEMORY = 2 * 10**9


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The outcome of an input.

    Attributes:
        index: The index of the input.
        kind: "taken", "refused" or "finding".
        said: The error, or what was found.
    """

    index: int
    kind: str
    said: str = ""


def outcome(door: Door, seed: int, index: int, seconds: float) -> Outcome:
    """Returns what becomes of an input.

    Ends the process, with a traceback, if that takes too long: some hangs are
    in C code, where no exception could be raised.

    Args:
        door: Where it goes in.
        seed: With the door's name and the index, what it is made from.
        index: Its index.
        seconds: Seconds that it may take.
    """
    key = zlib.crc32(door.name.encode())
    rng = np.random.default_rng([seed, key, index])
    with tempfile.TemporaryDirectory() as folder:
        given = door.make(rng, pathlib.Path(folder))
        with _watched(seconds):
            before = Memory.now()
            kind, said = _entered(door, given)
            much = Memory.now().beyond(before)
    if much > _MOST_MEMORY:
        return Outcome(index, "finding", f"{much / 1e9:.1f} GB allocated")
    return Outcome(index, kind, said)


def _entered(door, given):
    try:
        taken = door.enter(given)
    except door.errors as error:
        said = f"{type(error).__name__}: {error}"
        if door.names_file and door.file_of(given) not in said:
            return "finding", f"does not name the file: {said}"
        return "refused", said
    except Exception:
        return "finding", traceback.format_exc()
    try:
        door.check(given, taken)
    except AssertionError:
        return "finding", f"taken for another: {traceback.format_exc()}"
    return "taken", ""


@contextlib.contextmanager
def _watched(seconds):
    # Not `sys.stderr`, which tests capture.
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


@dataclasses.dataclass(frozen=True)
class Memory:
    """The address space of this process, in bytes: what it has ever asked for.

    What is allocated but not touched counts, as it would be of use to no one.
    """

    size: int
    peak: int

    @classmethod
    def now(cls):
        """Returns the state; zeros where there is no `/proc`."""
        path = pathlib.Path("/proc/self/status")
        if not path.exists():
            return cls(0, 0)
        lines = dict(
            line.split(":", 1) for line in path.read_text().splitlines()
        )
        size, peak = (
            1024 * int(lines[name].split()[0]) for name in ("VmSize", "VmPeak")
        )
        return cls(size, peak)

    def beyond(self, before) -> int:
        """Returns how much was allocated at once since, as far as one sees."""
        return 0 if self.peak == before.peak else self.peak - before.size
