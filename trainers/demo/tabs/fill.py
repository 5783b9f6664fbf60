"""A row of a table, whose empty cells a model fills."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from ...errors import usage_errors
from .. import influence
from ..drawing import Drawing
from ..rows import Cell
from ..rows import listed_rows
from ..rows import row_of
from ..shown import Shown
from .complete import NUM_COMPLETIONS
from .kinds import draws_rows as offered

__all__ = ["Asked", "offered", "run"]


class Asked(Drawing):
    """The cells of a row, `None` where they are empty."""

    row: list[Cell]


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the rows that `Table.fill` makes of several copies of the row."""
    table = shown.medium.table
    row = row_of(asked.row, table)
    with usage_errors():
        known = table.known(row)[0]
        copies = {name: cell * NUM_COMPLETIONS for name, cell in row.items()}
        filled = table.fill(shown.filler, copies, **asked.options())
    yield {
        "rows": listed_rows(filled),
        "known": np.asarray(known, int).tolist(),
        "note": influence.note(shown.model, known, "cells"),
    }
