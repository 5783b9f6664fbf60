"""A test example of a model of the rows of a table."""

from collections.abc import Iterator
from typing import Any

import pydantic

from ..rows import listed_rows
from ..shown import Shown
from .kinds import draws_rows as offered

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """The number of an example."""

    number: int = pydantic.Field(0, ge=0)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields its cells."""
    event = shown.examples.example(asked.number)
    (row,) = listed_rows(shown.medium.table.decode(event[None]))
    yield {"row": row}
