"""The names of the splits, and dicts from them."""

import numbers
from typing import Any

SPLITS = ("train", "validation", "test")


def checked_splits(argument: str, splits: Any) -> dict:
    """Returns a dict from splits to what they hold.

    Raises:
        ValueError: If it is not a dict, has another key than "train",
            "validation" and "test", or lacks "train".
    """
    if not isinstance(splits, dict) or not {"train"} <= splits.keys() <= {
        *SPLITS
    }:
        given = sorted(splits) if isinstance(splits, dict) else type(splits)
        raise ValueError(
            f'`{argument}` must be a dict with "train" and, where there are '
            f'such, "validation" and "test". Received: {given}'
        )
    return splits


def checked_shares(
    validation_share: Any, test_share: Any
) -> tuple[float, float]:
    """Returns the shares of the validation and the test split.

    Raises:
        ValueError: If one is negative or not a number, or nothing is left for
            training.
    """
    shares = (validation_share, test_share)
    if not (
        all(isinstance(s, numbers.Real) and float(s) >= 0 for s in shares)
        and sum(shares) < 1
    ):
        raise ValueError(
            "`validation_share` and `test_share` must not be negative, and add "
            "up to less than 1. Received: "
            f"validation_share={validation_share}, test_share={test_share}"
        )
    return shares
