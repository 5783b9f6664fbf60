"""The choice of held-out examples, the same for the same seed everywhere."""

import hashlib
import itertools
from collections.abc import Sequence

HELD_OUT = ("validation", "test")

_SHARE = 0.1
# Twice as many would make a score little more precise.
_MOST = 2000
# A single example gives no standard error.
_FEWEST = 2


def divided(
    units: Sequence,
    held_out: Sequence[str],
    *,
    seed: int,
    labels: Sequence | None = None,
) -> dict[str, list]:
    """Returns the units of the training split and of those that are held out.

    Each split that is held out gets a tenth of the units, at least 2 and at
    most 2,000, spread over the labels. At least one unit of every label stays
    in the training split. The choice depends on the number of the units, their
    labels and the seed.

    Args:
        units: Things that are not divided further, such as files.
        held_out: Names of the splits beside "train".
        seed: Seed of the choice.
        labels: One label for each unit, or `None`.

    Raises:
        ValueError: If there are too few.
    """
    labels = labels if labels is not None else [0] * len(units)
    indices = range(len(units))
    order = sorted(indices, key=lambda i: (labels[i], _hash(seed, i)))
    # These are all but the first of every label.
    free = [
        index
        for before, index in itertools.pairwise(order)
        if labels[index] == labels[before]
    ]
    size = min(max(round(_SHARE * len(units)), _FEWEST), _MOST)
    needed = size * len(held_out)
    if len(free) < needed:
        raise ValueError(
            f"{needed} examples must be held out for {' and '.join(held_out)}, "
            "and of every label one must remain to train on. There are only "
            f"{len(units)} in all."
        )
    picked = [free[i * len(free) // needed] for i in range(needed)]
    chosen = {"train": sorted(set(indices) - set(picked))}
    for place, split in enumerate(held_out):
        chosen[split] = sorted(picked[place :: len(held_out)])
    return {split: [units[i] for i in chosen[split]] for split in chosen}


def _hash(seed: int, index: int) -> bytes:
    return hashlib.sha256(f"{seed}:{index}".encode()).digest()
