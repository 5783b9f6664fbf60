"""Lossless compression with any discrete model: an exact code length, spent."""

from tf_autoregressive import backend
from tf_autoregressive.compression.codec import Codec
from tf_autoregressive.compression.errors import CodecError
from tf_autoregressive.compression.errors import DamagedError
from tf_autoregressive.compression.errors import MismatchError
from tf_autoregressive.compression.stream_codec import StreamCodec

__all__ = [
    "Codec",
    "CodecError",
    "DamagedError",
    "MismatchError",
    "StreamCodec",
]
