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
    if info.table is not None:
        lines.append(f"  columns:  {_columns(info.table)}")
    return "\n".join(lines)


def _columns(table):
    """Returns the kinds of the columns of a table."""
    return "; ".join(
        f"{column.name}: {column.values.kind}, {column.values.num_values} "
        + ("bins" if column.values.kind == "real" else "values")
        + (" and missing" if column.has_missing else "")
        for column in table.columns
    )
