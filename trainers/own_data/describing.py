"""A description of a user's data, shown before anything runs."""

from typing import Any

from .medium import medium


def described(info: Any) -> str:
    """Returns a few lines on the data's `DatasetInfo`."""
    shape = " x ".join(map(str, info.event_shape))
    levels = "real values"
    if info.num_levels is not None:
        levels = f"{info.num_levels:,} values"
    sizes = ", ".join(
        f"{size:,} for {'training' if split == 'train' else split}"
        for split, size in info.split_sizes.items()
    )
    lines = [
        f"{info.source}" + (f": {info.notes}" if info.notes else ""),
        f"  read as:  {medium(info)}, {shape} numbers of {levels} an example",
        f"  examples: {sizes}",
    ]
    return "\n".join(lines)
