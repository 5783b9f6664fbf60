"""A map of where the bits of an image are."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydantic

from ..events import event_of
from ..shown import Shown
from .draw import offered

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """An image."""

    image: list[int]


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the bits of each pixel, all channels together."""
    model = shown.model
    image = event_of(asked.image, model)
    nats = -model.log_prob_per_dim(image[None]).numpy()[0]
    bits = nats.sum(axis=-1) / math.log(2)
    yield {
        "bits": np.round(bits, 4).ravel().tolist(),
        "nats": float(nats.sum()),
        "bits_per_dim": float(bits.sum() / model.num_dims),
    }
