"""Throws many inputs at the doors and prints what was found."""

import argparse
import collections
import json
import os
import subprocess
import sys
import tempfile

from tests.fuzz.doors import DOORS
from tests.fuzz.doors import MISSING


def main():
    """Prints counts for each door, and each finding; fails if there is one."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--doors", nargs="+", default=list(DOORS))
    parser.add_argument("--inputs", type=int, default=1000, help="for a door")
    parser.add_argument(
        "--first", type=int, default=0, help="their first index"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=int, default=20, help="for an input")
    arguments = parser.parse_args()
    for name in MISSING:
        print(f"{name}: not here, without the extra `serving`", flush=True)
    total = collections.Counter()
    for name in arguments.doors:
        counts = collections.Counter()
        for became in outcomes(name, arguments):
            counts[became["kind"]] += 1
            if became["kind"] == "finding":
                print(f"{name} {became['index']}: {became['said']}", flush=True)
        print(f"{name}: {dict(counts)}", flush=True)
        total += counts
    print(f"all: {dict(total)}")
    return int("finding" in total)


def outcomes(name, arguments):
    """Yields what became of each input; goes on after a process that ended."""
    first, stop = arguments.first, arguments.first + arguments.inputs
    while first < stop:
        numbers = (arguments.seed, first, stop, arguments.seconds)
        command = [sys.executable, "-m", "tests.fuzz.worker", name]
        begun = False
        with tempfile.TemporaryFile("w+") as errors:
            with subprocess.Popen(
                [*command, *map(str, numbers)],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
            ) as process:
                for line in map(json.loads, process.stdout):
                    if "begun" in line:
                        begun, first = True, line["begun"] + 1
                    else:
                        yield line
            if process.returncode:
                errors.seek(0)
                said = f"ended by {process.returncode}: {errors.read()[-3000:]}"
                if not begun:
                    raise RuntimeError(said)
                yield {"index": first - 1, "kind": "finding", "said": said}


if __name__ == "__main__":
    sys.exit(main())
