"""Rows of a table on their way between the page and a model."""

from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
import pydantic

from ..errors import UsageError
from ..errors import usage_errors

# A value of a cell, `None` where there is none. A truth value is not a number.
Cell = (
    pydantic.StrictBool
    | pydantic.StrictInt
    | pydantic.StrictFloat
    | pydantic.StrictStr
    | None
)


def described(table: Any) -> list[dict[str, Any]]:
    """Returns what the page has to know of the columns of a table.

    Args:
        table: The `Table`, or `None` for events that are not rows.
    """
    if table is None:
        return []
    return [_described(column) for column in table.columns]


def _described(column):
    values = column.values
    described = {
        "name": column.name,
        "kind": values.kind,
        "values": None,
        "has_missing": column.has_missing,
    }
    if hasattr(values, "vocabulary"):
        described["values"] = values.vocabulary.tolist()
    return described


def listed_rows(columns: Mapping[str, np.ndarray]) -> list[list[Any]]:
    """Returns the cells of rows, `None` where a value is missing.

    Args:
        columns: Values by the names of columns, as `Table.decode` returns them.
    """
    cells = zip(*(c.tolist() for c in columns.values()), strict=True)
    # NaN alone differs from itself, and JSON does not have it.
    return [[None if v != v else v for v in row] for row in cells]


def row_of(cells: Sequence[Any], table: Any) -> dict[str, list[Any]]:
    """Returns the cells of one row as `Table` takes them.

    Raises:
        UsageError: If there are not as many as columns.
    """
    if len(cells) != len(table.names):
        raise UsageError(
            f"A row needs a value, or none, for each of the "
            f"{len(table.names)} columns. Received: {len(cells)}"
        )
    return {name: [cell] for name, cell in zip(table.names, cells, strict=True)}


def event_of_row(cells: Sequence[Any], table: Any) -> np.ndarray:
    """Returns the event `[D]` of the cells of one row.

    Raises:
        UsageError: If they are not a row of the table.
    """
    row = row_of(cells, table)
    with usage_errors():
        return table.encode(row)[0]
