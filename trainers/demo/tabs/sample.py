"""Samples of a model of images, or of the rows of a table."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pydantic

from ..drawing import Drawing
from ..events import listed
from ..pieces import pieces
from ..rows import listed_rows
from ..shown import Shown
from .kinds import draws_images
from .kinds import draws_rows

__all__ = ["Asked", "offered", "run"]


class Asked(Drawing):
    """A number of samples."""

    num: int = pydantic.Field(16, ge=1, le=64)


def offered(shown: Shown) -> bool:
    """Returns whether the samples can be seen beside each other."""
    return draws_images(shown) or draws_rows(shown)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the samples, those that `model.sample` returns, and their scores.

    The scores come when all samples are there.
    """
    options = asked.options()

    def drawn(seed, num):
        return shown.model.sample(num, **options | {"seed": seed}).numpy()

    samples = []
    for first, some in pieces(asked.num, drawn, asked.seed):
        samples.extend(some)
        yield {
            "first": first,
            **_seen(shown, some),
            "share": len(samples) / asked.num,
        }
    log_prob = shown.model.log_prob(np.stack(samples))
    yield {"log_prob": log_prob.numpy().tolist()}


def _seen(shown, events):
    """Returns events as the page shows them."""
    if draws_rows(shown):
        return {"rows": listed_rows(shown.medium.table.decode(events))}
    return {"images": listed(events)}
