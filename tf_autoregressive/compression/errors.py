"""Errors of decoding: each says why no value was handed out."""

from typing import Any


class CodecError(ValueError):
    """Compressed data that cannot be decoded.

    Attributes:
        events: The events of the blocks before, int32 `[n, *event_shape]`;
            `None` where none was decoded.
    """

    events: Any = None


class DamagedError(CodecError):
    """Data that were cut, changed, or that are not compressed events."""


class MismatchError(CodecError):
    """Data of another model, context, or arithmetic."""
