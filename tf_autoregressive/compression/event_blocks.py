"""Blocks of compressed events in a container, written and read one by one.

Shapes: n events of a block.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.compression import container
from tf_autoregressive.compression import platform
from tf_autoregressive.compression.coders import Decoder
from tf_autoregressive.compression.coders import Encoder
from tf_autoregressive.compression.errors import DamagedError
from tf_autoregressive.compression.errors import MismatchError
from tf_autoregressive.compression.fingerprint import fingerprint
from tf_autoregressive.compression.walker import Walker
from tf_autoregressive.types import Array

# Number of events, and the checksums of events and contexts.
_EVENTS = struct.Struct("<3I")
_NUM_EVENTS = struct.Struct("<Q")


class EventWriter:
    """Compresses events to a file, block after block.

    Args:
        model: The model.
        file: A binary file.
        header: The header of the codec, and what else the file is to hold.

    Attributes:
        num_events: Number of events that were written, an int.
    """

    def __init__(self, model: Any, file: Any, header: dict[str, Any]) -> None:
        self._model, self.num_events = model, 0
        self._writer = container.Writer(file, header)
        self._walk = Walker(model, header["batch_size"], header["member"])
        self._kept = [_EVENTS.unpack_from(start) for start in self._writer.kept]
        self.num_events = sum(number for number, *_ in self._kept)

    def check_kept(self, read: Any, name: Any) -> None:
        """Checks that the blocks that a file had before hold these events.

        Args:
            read: A function that returns the events from a first to a last one.
            name: Name of the file, for the error.

        Raises:
            ValueError: If they hold others.
        """
        start = 0
        for number, crc, _ in self._kept:
            events = np.asarray(read(start, start + number), "int32")
            if _crc(events) != crc:
                raise ValueError(
                    f"{name} was begun with other events: remove it to begin "
                    f"anew. Received: other events from {start} on"
                )
            start += number

    def write(self, x: Array, context: Array | None = None) -> None:
        """Writes a block of events.

        Args:
            x: Event values `[n, *event_shape]`.
            context: As `log_prob` takes it.
        """
        x, context = checked_arrays(self._model, x, context)
        encoder = Encoder()
        self._walk(encoder, len(x), context, x)
        contents = _EVENTS.pack(len(x), _crc(x), _crc(context))
        self._writer.write(container.EVENTS, contents + encoder.words)
        self.num_events += len(x)

    def end(self) -> None:
        """Writes the end, without which a file counts as cut."""
        self._writer.write(container.END, _NUM_EVENTS.pack(self.num_events))


class EventReader:
    """Decodes the events of a file, block after block.

    Args:
        model: The model that encoded them.
        file: A binary file.

    Attributes:
        about: What `Codec.writer` was given.

    Raises:
        DamagedError: If the file does not begin with a whole header.
        MismatchError: If the model is another.
    """

    def __init__(self, model: Any, file: Any) -> None:
        self._model = model
        self._reader = container.Reader(file)
        self._header = self._reader.header
        try:
            self._check_model()
            self.about = self._header["about"]
            self._walk = Walker(
                model,
                checked_count("batch_size", self._header["batch_size"]),
                self._header["member"],
            )
        except (KeyError, TypeError, IndexError) as error:
            raise DamagedError(f"The header is damaged: {error!r}.") from None

    def _check_model(self):
        model, header = self._model, self._header
        there, here = header["fingerprint"], fingerprint(model)
        if there != here:
            raise MismatchError(
                f"The data were encoded by another model: {header['model']} "
                f"of events {tuple(header['event_shape'])}, fingerprint "
                f"{there[:12]}. Received: {type(model).__name__} of events "
                f"{model.event_shape}, fingerprint {here[:12]}"
            )
        if header["block_size"] != model.block_size:
            raise MismatchError(
                "The data were encoded with another block size, whose rounding "
                f"differs: set `model.block_size = {header['block_size']}`. "
                f"Received: block_size={model.block_size}"
            )

    def events(self, context: Array | None = None) -> Iterator[np.ndarray]:
        """Yields the events of each block, int32 `[n, *event_shape]`.

        Args:
            context: The contexts of all events, or `None`.

        Raises:
            DamagedError: If a block is damaged. Blocks before it were yielded.
            MismatchError: If the context or the arithmetic is another.
        """
        first = 0
        for block in self._reader.blocks():
            events = self._decoded(block.contents, first, context)
            first += len(events)
            yield events

    def _decoded(self, contents, first, context):
        num_events, crc, context_crc = _EVENTS.unpack_from(contents)
        if not num_events:
            raise DamagedError("A block has no events.")
        if context is not None:
            context = context[first : first + num_events]
            context = self._model.context.checked(context, num_events).numpy()
        if _crc(context) != context_crc:
            raise MismatchError(
                "`context` must be the one that the events were compressed "
                f"with. It differs between events {first} and "
                f"{first + num_events}."
            )
        decoder = Decoder(contents[_EVENTS.size :])
        try:
            events = self._walk(decoder, num_events, context)
        except ValueError:
            events = None
        if events is None or _crc(events) != crc:
            raise MismatchError(
                "The arithmetic here is not that of the encoder, so events "
                f"{first} to {first + num_events} cannot be decoded. "
                "Differences: "
                f"{platform.differences(self._header['platform'])}"
            )
        return events


def checked_arrays(model: Any, x: Array, context: Array | None) -> Any:
    """Returns events, int32, and contexts as arrays, or raises a `ValueError`.

    Args:
        model: The model.
        x: Event values `[B, *event_shape]`.
        context: As `log_prob` takes it.
    """
    x, context = model.checked(x, context)
    context = None if context is None else context.numpy()
    return tf.cast(x, tf.int32).numpy(), context


def _crc(array):
    """Returns the CRC32 of an array's values, 0 for `None`."""
    if array is None:
        return 0
    return zlib.crc32(np.ascontiguousarray(array).tobytes())
