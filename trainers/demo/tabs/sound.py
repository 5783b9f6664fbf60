"""Sound, as a file to hear."""

import base64
import io
import typing
import wave
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydantic

from ...media import Sound
from ...media import sound
from ..drawing import Drawing
from ..shown import Shown

__all__ = ["Asked", "offered", "run"]


class Asked(Drawing):
    """A length in seconds."""

    seconds: float = pydantic.Field(1.0, gt=0, le=10)


def offered(shown: Shown) -> bool:
    """Returns whether the model draws sound, with or without a context."""
    has_length = shown.model.context.is_length
    return isinstance(shown.medium, Sound) and not has_length


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields how much was drawn, and at the end a wav file in Base64.

    It holds the samples that `model.generate` returns.
    """
    rate = typing.cast(int, shown.medium.rate)
    steps = max(round(asked.seconds * rate), 1)
    pieces, drawn = [], 0
    for chunk in shown.model.stream(1, steps, **asked.options()):
        pieces.append(chunk[0].numpy())
        drawn += len(pieces[-1])
        yield {"share": drawn / steps}
    signal = sound.signal(np.concatenate(pieces), shown.model.num_levels)
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(rate)
        writer.writeframes(signal.astype("<i2").tobytes())
    yield {"wav": base64.b64encode(file.getvalue()).decode()}
