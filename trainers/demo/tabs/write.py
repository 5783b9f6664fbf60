"""A text that goes on from a beginning of the user."""

from collections.abc import Iterator
from typing import Any

import pydantic

from ...errors import usage_errors
from ..drawing import Drawing
from ..reading import Reader
from ..shown import Shown
from .kinds import writes_texts as offered

__all__ = ["Asked", "offered", "run"]


class Asked(Drawing):
    """A beginning, and how many characters follow."""

    prime: str = pydantic.Field("", max_length=2000)
    steps: int = pydantic.Field(300, ge=1, le=2000)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the characters, those that `model.generate` returns.

    What was expected of them is told as the model has it, before temperature
    and top-p.
    """
    model, reader = shown.model, Reader(shown)
    with usage_errors():
        prime = model.encode(asked.prime)
    chunks = model.stream(1, asked.steps, prime=prime, **asked.options())
    total, read = len(prime) + asked.steps, 0
    for symbols, is_drawn in _parts(prime, chunks):
        for told in reader.read(symbols):
            read += len(told)
            yield {"told": told, "drawn": is_drawn, "share": read / total}


def _parts(prime, chunks):
    yield prime, False
    for chunk in chunks:
        yield chunk[0].numpy(), True
