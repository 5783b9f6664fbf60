"""A picture to look at: a sample, a test example, or a file of the user."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from typing import Literal

import numpy as np
import pydantic

from ...errors import UsageError
from ...errors import usage_errors
from ..events import listed
from ..shown import Shown
from .kinds import draws_images as offered

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """The source of a picture.

    Attributes:
        source: Where it comes from.
        number: The seed of a sample, or the number of an example.
        name: The name of a file.
        data: The bytes of a file in Base64.
        invert: Whether black and white of a file change places.
    """

    source: Literal["sample", "test", "file"]
    number: int = pydantic.Field(0, ge=0, lt=2**32)
    name: str = "The file"
    data: str = ""
    invert: bool = False


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the picture as levels, and a sentence on what was done to it."""
    levels, note = _SOURCES[asked.source](shown, asked)
    yield {"image": listed(levels[None])[0], "note": note}


def _sample(shown, asked):
    return shown.model.sample(1, seed=asked.number).numpy()[0], ""


def _test(shown, asked):
    return shown.examples.example(asked.number), ""


def _file(shown, asked):
    """Returns a file's picture in the size and the levels of the model."""
    from tf_autoregressive.datasets.image_decoder import ImageDecoder

    try:
        data = base64.b64decode(asked.data, validate=True)
    except binascii.Error as error:
        raise UsageError(f"{asked.name} did not arrive whole.") from error
    height, width, channels = shown.model.event_shape
    with usage_errors():
        image = ImageDecoder(channels, background=255).image(data, asked.name)
    note = _note(image, width, height, shown.model.num_levels)
    values = np.asarray(image.resize((width, height)), "float64")
    if asked.invert:
        values = 255.0 - values
    levels = np.round(values / 255.0 * (shown.model.num_levels - 1))
    return levels.reshape(height, width, channels), note


def _note(image, width, height, num_levels):
    done = []
    if image.size != (width, height):
        done.append(
            f"brought from {image.width} x {image.height} to {width} x {height}"
            " pixels"
        )
    if num_levels != 256:
        done.append(f"rounded to {num_levels} levels")
    return f"The picture was {' and '.join(done)}." if done else ""


_SOURCES = {"sample": _sample, "test": _test, "file": _file}
