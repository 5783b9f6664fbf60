"""The names of the splits, and dicts from them."""

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
