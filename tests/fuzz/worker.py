"""A process that throws inputs at one door and prints what became of them.

python -m tests.fuzz.worker DOOR SEED FIRST STOP SECONDS

Before each input its index is printed, so that whoever reads this knows what
the process was at if it ends.
"""

import dataclasses
import json
import sys
import warnings

from tests.fuzz.doors import DOORS
from tests.fuzz.driver import outcome


def main(name, *numbers):
    """Prints a line of JSON before and after each input."""
    seed, first, stop, seconds = map(int, numbers)
    # Libraries warn of damage that they live with.
    warnings.simplefilter("ignore")
    for index in range(first, stop):
        print(json.dumps({"begun": index}), flush=True)
        became = outcome(DOORS[name], seed, index, seconds)
        print(json.dumps(dataclasses.asdict(became)), flush=True)
        if "allocated" in became.said:
            # What a process has once had hides what it asks for next.
            break


if __name__ == "__main__":
    main(*sys.argv[1:])
