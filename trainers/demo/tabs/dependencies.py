"""What a pixel depends on."""

from collections.abc import Iterator
from typing import Any

import pydantic

from ...errors import UsageError
from ..shown import Shown
from .kinds import draws_images
from .kinds import has_context

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """The coordinates of a pixel."""

    row: int = pydantic.Field(ge=0)
    column: int = pydantic.Field(ge=0)


def offered(shown: Shown) -> bool:
    """Returns whether the model draws images, whatever the label is."""
    return draws_images(shown) and not has_context(shown)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields `find_dependencies` of the last channel of a pixel."""
    from tf_autoregressive.dependencies import find_dependencies

    model = shown.model
    height, width, channels = model.event_shape
    if asked.row >= height or asked.column >= width:
        raise UsageError(
            f"The pixel must lie in {height} rows and {width} columns. "
            f"Received: row {asked.row}, column {asked.column}"
        )
    position = (asked.row, asked.column, channels - 1)
    found = find_dependencies(model, [position[: len(model.site_shape)]])
    influence = found.influence[0].max(axis=-1)
    yield {
        "sees": _pixels(found.depends[:, 0].any(axis=0)),
        "blind": _pixels(found.unreachable[0]),
        "leaks": _pixels(found.leaks[0]),
        "influence": (influence / (influence.max() or 1.0)).ravel().tolist(),
    }


def _pixels(positions) -> list[int]:
    """Returns 1 for each pixel of which a channel is among positions."""
    return positions.any(axis=-1).astype(int).ravel().tolist()
