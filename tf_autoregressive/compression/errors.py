"""Errors of decoding: each says why no value was handed out."""

from typing import Any


class CodecError(ValueError):
    """Compressed data that cannot be decoded.

    Attributes:
        events: The events of the blocks before, int32 `[n, *event_shape]`;
            `None` where none was decoded.
        pieces: The pieces of a sequence in the blocks before, by their first
            step; `None` for events.
    """

    events: Any = None
    pieces: Any = None


class DamagedError(CodecError):
    """Data that were cut, changed, or that are not compressed events."""


class MismatchError(CodecError):
    """Data of another model, context, or arithmetic."""
