"""Sequences that lie one after another in one array, with their lengths."""

import numpy as np

from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.types import Path


def check_lengths(
    path: Path, name: str, lengths: np.ndarray, total: int, unit: str
) -> None:
    """Checks that lengths divide an array into sequences.

    Args:
        path: The file that holds both.
        name: Name of the lengths in the file.
        lengths: Integers `[N]`.
        total: Length of the array.
        unit: Name of the array's elements, such as "steps".

    Raises:
        ValueError: If lengths are not integers of at least 1 with that total.
    """
    if lengths.ndim != 1 or lengths.dtype.kind not in "iu" or not len(lengths):
        raise FileError(
            f"{path} must hold one integer a sequence as `{name}`. Received: "
            f"shape={lengths.shape}, dtype={lengths.dtype}"
        )
    # Each is checked before they are added, because sums of large ones wrap
    # around.
    within = (lengths >= 1) & (lengths <= total)
    if not within.all():
        wrong = int(np.flatnonzero(~within)[0])
        raise FileError(
            f"{path} must hold lengths from 1 to {total} as `{name}`. "
            f"Received: {lengths[wrong]} at {wrong}"
        )
    if sum(lengths.tolist()) != total:
        raise FileError(
            f"{path} must hold lengths that add up to the {total:,} {unit} as "
            f"`{name}`. Received: {sum(lengths.tolist()):,}"
        )
