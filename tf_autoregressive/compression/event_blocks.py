"""Blocks of compressed events in a container, written and read one by one.

Shapes: n events of a block.
"""

import io
import struct
import typing
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.compression import container
from tf_autoregressive.compression import platform
from tf_autoregressive.compression import varint
from tf_autoregressive.compression.coders import Decoder
from tf_autoregressive.compression.coders import Encoder
from tf_autoregressive.compression.errors import DamagedError
from tf_autoregressive.compression.errors import MismatchError
from tf_autoregressive.compression.fingerprint import block_sizes
from tf_autoregressive.compression.fingerprint import fingerprint
from tf_autoregressive.compression.walker import Walker
from tf_autoregressive.types import Array

# The most events side by side, and the most values of a block: what a header or
# a block says of itself does not fill the memory.
MAX_BATCH_SIZE = 2**16
MAX_VALUES = 2**28

_CRC = struct.Struct("<I")


class Counts(typing.NamedTuple):
    """What a block begins with.

    Attributes:
        num_events: Number of its events.
        crc: Checksum of the events.
        context_crc: Checksum of their contexts, 0 where the model has none.
    """

    num_events: int
    crc: int
    context_crc: int

    def written(self, *, has_context: bool) -> bytes:
        """Returns the bytes: a model without contexts spends none on them."""
        crcs = self[1:] if has_context else self[1:2]
        return varint.written(self.num_events) + b"".join(map(_CRC.pack, crcs))

    @classmethod
    def read(
        cls, contents: bytes, *, has_context: bool
    ) -> tuple[typing.Self, bytes]:
        """Returns the counts of a block's contents, and the words behind.

        Raises:
            DamagedError: If the contents end within the counts.
        """
        buffer = io.BytesIO(contents)
        number = varint.read(buffer.read, "a block")
        crcs = [buffer.read(_CRC.size) for _ in range(1 + has_context)]
        if len(crcs[-1]) < _CRC.size:
            raise DamagedError("A block ends within its checksums.")
        found = [_CRC.unpack(crc)[0] for crc in crcs]
        return cls(number, *(found if has_context else [*found, 0])), (
            buffer.read()
        )


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
        self._has_context = model.context.expected
        self._kept = [
            Counts.read(start, has_context=self._has_context)[0]
            for start in self._writer.kept
        ]
        self.num_events = sum(counts.num_events for counts in self._kept)

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
            if checksum(events) != crc:
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

        Raises:
            ValueError: If they are not valid, or more than a block may have.
        """
        x, context = checked_arrays(self._model, x, context)
        if x.size > MAX_VALUES:
            raise ValueError(
                f"A block must have at most {MAX_VALUES:,} values: take "
                "smaller `batch_size` or `batches_per_block`. Received: "
                f"{len(x)} events of {self._model.num_dims} values"
            )
        encoder = Encoder()
        self._walk(encoder, len(x), context, x)
        counts = Counts(len(x), checksum(x), checksum(context))
        contents = counts.written(has_context=self._has_context)
        self._writer.write(container.EVENTS, contents + encoder.words)
        self.num_events += len(x)

    def end(self) -> None:
        """Writes the end, without which a file counts as cut."""
        self._writer.write_end(self.num_events)


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
            check_model(model, self._header)
            if "layout" in self._header:
                raise MismatchError(
                    "The data hold one long sequence: use `StreamCodec`."
                )
            self.about = self._header["about"]
            self._walk = Walker(
                model,
                checked_count(
                    "batch_size",
                    self._header["batch_size"],
                    at_most=MAX_BATCH_SIZE,
                ),
                self._header["member"],
            )
        except (LookupError, TypeError) as error:
            raise DamagedError(f"The header is damaged: {error!r}.") from None

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

    def pieces(self) -> Iterator[list[tuple[int, np.ndarray]]]:
        """Yields for each block the index of its first event, and its events.

        It raises what `events` does, for events without contexts.
        """
        first = 0
        for events in self.events():
            yield [(first, events)]
            first += len(events)

    def _decoded(self, contents, first, context):
        counts, words = Counts.read(
            contents, has_context=self._model.context.expected
        )
        num_events = counts.num_events
        if not 0 < num_events * self._model.num_dims <= MAX_VALUES:
            raise DamagedError(
                f"A block cannot have {num_events} events of "
                f"{self._model.num_dims} values."
            )
        if context is not None:
            context = context[first : first + num_events]
            context = self._model.context.checked(context, num_events).numpy()
        if checksum(context) != counts.context_crc:
            raise MismatchError(
                "`context` must be the one that the events were compressed "
                f"with. It differs between events {first} and "
                f"{first + num_events}."
            )
        decoder = Decoder(words)
        try:
            events = self._walk(decoder, num_events, context)
        except ValueError:
            events = None
        if events is None or checksum(events) != counts.crc:
            raise MismatchError(
                "The arithmetic here is not that of the encoder, so events "
                f"{first} to {first + num_events} cannot be decoded. "
                "Differences: "
                f"{platform.differences(self._header['platform'])}"
            )
        return events


def check_model(model: Any, header: dict[str, Any]) -> None:
    """Raises a `MismatchError` unless a header is of the same model."""
    there, here = header["fingerprint"], fingerprint(model)
    if there != here:
        raise MismatchError(
            f"The data were encoded by another model: {header['model']} "
            f"of events {tuple(header['event_shape'])}, fingerprint "
            f"{there[:12]}. Received: {type(model).__name__} of events "
            f"{model.event_shape}, fingerprint {here[:12]}"
        )
    if header["dtype"] != model.dtype_policy.name:
        raise MismatchError(
            f"The data were encoded in {header['dtype']}, whose rounding "
            "differs: `in_float32` of `tf_autoregressive.models.precision` "
            "returns a model in float32. Received: a model in "
            f"{model.dtype_policy.name}"
        )
    sizes, own = header["block_sizes"], block_sizes(model)
    if sizes != own:
        raise MismatchError(
            "The data were encoded with another block size, whose rounding "
            f"differs: set `model.block_size = {sizes[0]}`, and those of "
            f"its parts to {sizes[1:]}. Received: {own[0]} and {own[1:]}"
        )


def checked_arrays(model: Any, x: Array, context: Array | None) -> Any:
    """Returns events, int32, and contexts as arrays, or raises a `ValueError`.

    Args:
        model: The model.
        x: Event values `[B, *event_shape]`.
        context: As `log_prob` takes it.
    """
    x, context = model.checked(x, context)
    context = None if context is None else context.numpy()
    x = tf.cast(x, tf.int32).numpy()
    if model.context.is_length:
        _check_ends(x, context)
    return x, context


def _check_ends(x, lengths):
    """Raises a `ValueError` unless sequences are 0 from their lengths on."""
    # What lies behind the longest of them is not coded.
    has_ended = np.arange(x.shape[1]) >= lengths[:, None]
    wrong = np.argwhere(has_ended & x.reshape(*x.shape[:2], -1).any(axis=-1))
    if len(wrong):
        row, step = wrong[0]
        raise ValueError(
            "`x` must be 0 from the length of each sequence on. Received: "
            f"another value at step {step} of sequence {row}, whose length is "
            f"{lengths[row]}"
        )


def checksum(array: np.ndarray | None) -> int:
    """Returns the CRC32 of an array's values, 0 for `None`."""
    if array is None:
        return 0
    return zlib.crc32(np.ascontiguousarray(array).tobytes())
