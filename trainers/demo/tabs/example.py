"""A test example of a model of texts."""

from collections.abc import Iterator
from typing import Any

import pydantic

from ..shown import Shown
from .kinds import writes_texts as offered

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """The number of an example."""

    number: int = pydantic.Field(0, ge=0)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields its text."""
    yield {"text": shown.model.decode(shown.examples.example(asked.number))}
