"""The surprise of a text of the user, character by character."""

import math
from collections.abc import Iterator
from typing import Any

import pydantic

from ...errors import usage_errors
from ..reading import Reader
from ..shown import Shown
from .kinds import writes_texts as offered

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """A text."""

    text: str = pydantic.Field(min_length=1, max_length=5000)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields what was expected of the characters, and the sum at the end."""
    with usage_errors():
        symbols = shown.model.encode(asked.text)
    bits, read = 0.0, 0
    for told in Reader(shown).read(symbols):
        read += len(told)
        bits += sum(symbol["bits"] for symbol in told)
        yield {"told": told, "share": read / len(symbols)}
    yield {
        "bits_per_char": bits / len(symbols),
        "nats": bits * math.log(2),
    }
