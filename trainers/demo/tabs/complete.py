"""Completions of an image of which a part was erased."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import influence
from ..drawing import Drawing
from ..events import event_of
from ..events import listed
from ..pieces import pieces
from ..shown import Shown
from .kinds import draws_images as offered

__all__ = ["NUM_COMPLETIONS", "Asked", "offered", "run"]

NUM_COMPLETIONS = 6


class Asked(Drawing):
    """An image, and whether each of its pixels is known, 0 or 1."""

    image: list[int]
    known: list[int]


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the completions, those that `model.complete` returns."""
    model = shown.model
    image = event_of(asked.image, model)
    known = _known(asked.known, model)
    options, note = asked.options(), influence.note(model, known, "pixels")

    def completed(seed, num):
        images = np.repeat(image[None], num, axis=0)
        return model.complete(images, known, **options | {"seed": seed})

    for first, some in pieces(NUM_COMPLETIONS, completed, asked.seed):
        share = (first + len(some)) / NUM_COMPLETIONS
        yield {
            "first": first,
            "images": listed(some),
            "note": note,
            "share": share,
        }


def _known(pixels, model):
    """Returns the known positions, bool `event_shape`, by pixel."""
    height, width, channels = model.event_shape
    one_channel = np.reshape(pixels[: height * width], (height, width, 1))
    return np.repeat(one_channel.astype(bool), channels, axis=-1)
