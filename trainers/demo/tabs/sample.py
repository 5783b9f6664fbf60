"""Samples of a model of images."""

from collections.abc import Iterator
from typing import Any

import pydantic

from ..drawing import Drawing
from ..events import listed
from ..shown import Shown
from .kinds import draws_images as offered

__all__ = ["Asked", "offered", "run"]


class Asked(Drawing):
    """A number of samples."""

    num: int = pydantic.Field(16, ge=1, le=64)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the samples, those that `model.sample` returns."""
    samples = shown.model.sample(asked.num, **asked.options())
    log_prob = shown.model.log_prob(samples)
    yield {"images": listed(samples), "log_prob": log_prob.numpy().tolist()}
