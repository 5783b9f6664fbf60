"""A picture in fewer bytes, and back again."""

import io
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pydantic

from ...errors import UsageError
from ..events import event_of
from ..events import listed
from ..shown import Shown
from . import draw
from .kinds import has_context

__all__ = ["Asked", "offered", "run"]


class Asked(pydantic.BaseModel):
    """A picture as levels."""

    image: list[int]


def offered(shown: Shown) -> bool:
    """Returns whether the model codes pictures, without a label."""
    return draw.offered(shown) and not has_context(shown)


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the sizes of the picture's files, then the decoded picture."""
    from tf_autoregressive.compression import Codec

    model = shown.model
    event = event_of(asked.image, model)
    yield {"said": "Encoding."}
    codec = Codec(model, batch_size=1)
    blob = codec.compress(event[None])
    nats = -float(model.log_prob(event[None])[0])
    yield {
        "bytes": len(blob),
        "of_picture": _content(blob),
        "at_best": nats / math.log(2) / 8,
        "raw": math.ceil(model.num_dims * math.log2(model.num_levels) / 8),
        **{name: _size(event, model, name) for name in ("png", "webp")},
        "said": "Decoding.",
    }
    decoded = codec.decompress(blob)
    if not np.array_equal(decoded[0], event):
        raise UsageError("The picture came back as another one.")
    yield {"image": listed(decoded)[0], "said": "It came back equal."}


def _content(blob) -> int:
    """Returns the bytes that the picture itself takes in a file."""
    from tf_autoregressive.compression.container import Reader

    blocks = Reader(io.BytesIO(blob)).blocks()
    return sum(len(block.contents) for block in blocks)


def _size(event, model, kind) -> int:
    """Returns the bytes of a lossless file of another format."""
    import PIL.Image

    levels = event.astype("uint8")
    pixels = levels[..., 0] if levels.shape[-1] == 1 else levels
    image = PIL.Image.fromarray(pixels)
    if model.num_levels == 2:
        image = PIL.Image.fromarray(pixels * 255).convert("1")
    file = io.BytesIO()
    options = {"png": {"optimize": True}, "webp": {"lossless": True}}[kind]
    image.convert("RGB" if kind == "webp" else image.mode).save(
        file, format=kind, **options
    )
    return len(file.getvalue())
