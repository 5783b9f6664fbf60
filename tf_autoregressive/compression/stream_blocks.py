"""Blocks of one long sequence in a container, written and read one by one.

Shapes: L steps of the sequence, R rows side by side.
"""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import files
from tf_autoregressive.compression import container
from tf_autoregressive.compression import platform
from tf_autoregressive.compression.coders import Decoder
from tf_autoregressive.compression.coders import Encoder
from tf_autoregressive.compression.errors import DamagedError
from tf_autoregressive.compression.errors import MismatchError
from tf_autoregressive.compression.event_blocks import MAX_VALUES
from tf_autoregressive.compression.event_blocks import Counts
from tf_autoregressive.compression.event_blocks import check_model
from tf_autoregressive.compression.event_blocks import checksum
from tf_autoregressive.compression.stream_steps import StreamSteps
from tf_autoregressive.compression.stream_walker import Layout
from tf_autoregressive.compression.stream_walker import StreamWalker
from tf_autoregressive.types import Path


class StreamWriter:
    """Compresses a sequence to a file, block after block.

    Args:
        steps: The steps of the model for the rows of the header.
        file: A binary file.
        header: The header of the codec.
        state_path: A file for the state of the model after every block, from
            which another writer goes on with a file that was stopped.

    Attributes:
        num_steps: Number of steps that were written, an int.
    """

    def __init__(
        self,
        steps: StreamSteps,
        file: Any,
        header: dict[str, Any],
        state_path: Path | None = None,
    ) -> None:
        self._model, self._state_path = steps.model, state_path
        self._layout = Layout(*header["layout"])
        self._walk = StreamWalker(steps)
        stored = _stored_state(state_path, self._walk.state)
        num_blocks = 0 if stored is None else stored[0]
        self._writer = container.Writer(file, header, at_most=num_blocks)
        self._kept = self._writer.kept
        if stored is not None and len(self._kept) == num_blocks:
            self._walk.state = stored[1]
        elif self._kept:
            raise ValueError(
                f"{state_path} must be the state behind the blocks of the "
                "file: remove both to begin anew. Received: the state behind "
                f"{num_blocks} blocks for {len(self._kept)}"
            )
        done = [*self._layout.sections()][: len(self._kept)]
        self._walk.num_steps = done[-1].stop if done else 0
        self.num_steps = sum(
            piece.stop - piece.start
            for section in done
            for piece in self._layout.pieces(section)
        )

    def write(self, read: Any, name: Any = "The file") -> Iterator[int]:
        """Writes all blocks that are missing, and yields the steps of each.

        Args:
            read: A function that returns the steps from a first to a last one.
            name: Name of the file, for the error.

        Raises:
            ValueError: If blocks that the file had before hold other steps, or
                values are not those of the model.
        """
        kept = iter(self._kept)
        for section in self._layout.sections():
            pieces = self._layout.pieces(section)
            values = [
                self._checked(read(piece.start, piece.stop)) for piece in pieces
            ]
            before = next(kept, None)
            if before is not None:
                counts, _ = Counts.read(before, has_context=False)
                if counts.crc != checksum(np.concatenate(values)):
                    raise ValueError(
                        f"{name} was begun with other steps: remove it to "
                        "begin anew. Received: other steps from "
                        f"{pieces[0].start} on"
                    )
                continue
            self._write_section(values)
            yield sum(map(len, values))

    def _write_section(self, values):
        encoder, lengths = Encoder(), [*map(len, values)]
        x = np.zeros(
            [self._layout.num_rows, lengths[0], *self._model.event_shape[1:]],
            "int32",
        )
        for row, piece in zip(x, values, strict=False):
            row[: len(piece)] = piece
        self._walk(encoder, lengths, x)
        counts = Counts(sum(lengths), checksum(np.concatenate(values)), 0)
        contents = counts.written(has_context=False) + encoder.words
        self._writer.write(container.EVENTS, contents)
        self.num_steps += sum(lengths)
        if self._state_path is not None:
            self._writer.flush()
            _store_state(
                self._state_path, self._writer.num_blocks, self._walk.state
            )

    def _checked(self, values):
        values = tf.convert_to_tensor(np.asarray(values, "int32"))
        return self._model.event.with_valid_values(values).numpy()

    def end(self) -> None:
        """Writes the end, without which a file counts as cut."""
        self._writer.write_end(self.num_steps)


class StreamReader:
    """Decodes the sequence of a file, block after block.

    Args:
        model: The model that encoded it.
        file: A binary file.
        make_steps: Returns the steps of the model for a number of rows.

    Attributes:
        about: What `StreamCodec.writer` was given.
        length: Number of steps of the sequence.

    Raises:
        DamagedError: If the file does not begin with a whole header.
        MismatchError: If the model is another, or the file holds events.
    """

    def __init__(self, model: Any, file: Any, make_steps: Any) -> None:
        self._reader = container.Reader(file)
        self._header = self._reader.header
        try:
            check_model(model, self._header)
            self.about = self._header["about"]
            self._layout = _checked_layout(model, self._header)
        except (LookupError, TypeError) as error:
            raise DamagedError(f"The header is damaged: {error!r}.") from None
        self.length = self._layout.length
        self._walk = StreamWalker(make_steps(self._layout.num_rows))

    def pieces(self) -> Iterator[list[tuple[int, np.ndarray]]]:
        """Yields for each block its pieces: where they begin, and int32 values.

        Raises:
            DamagedError: If a block is damaged. Blocks before it were yielded.
            MismatchError: If the arithmetic is another.
        """
        sections = self._layout.sections()
        for block in self._reader.blocks():
            section = next(sections, None)
            if section is None:
                raise DamagedError(
                    "There are more blocks than the header says."
                )
            yield self._decoded(block.contents, self._layout.pieces(section))
        if next(sections, None) is not None:
            raise DamagedError("There are fewer blocks than the header says.")

    def _decoded(self, contents, pieces):
        counts, words = Counts.read(contents, has_context=False)
        lengths = [piece.stop - piece.start for piece in pieces]
        values = None
        try:
            rows = self._walk(Decoder(words), lengths)
            values = [
                row[:length] for row, length in zip(rows, lengths, strict=False)
            ]
        except ValueError:
            pass
        if values is None or checksum(np.concatenate(values)) != counts.crc:
            raise MismatchError(
                "The arithmetic here is not that of the encoder, so the steps "
                f"from {pieces[0].start} on cannot be decoded. Differences: "
                f"{platform.differences(self._header['platform'])}"
            )
        starts = [piece.start for piece in pieces]
        return [*zip(starts, values, strict=True)]


def _checked_layout(model, header):
    if "layout" not in header:
        raise MismatchError(
            "The data hold events, not one long sequence: use `Codec`."
        )
    layout = Layout(*header["layout"])
    values = layout.num_rows * layout.section_steps
    values *= math.prod(model.event_shape[1:])
    if min(layout) < 1 or values > MAX_VALUES:
        raise DamagedError(f"The header is damaged: {layout}.")
    return layout


def _store_state(path, num_blocks, state):
    """Writes the state behind blocks to a file, as a whole or not at all."""
    arrays = [
        np.frombuffer(tf.io.serialize_tensor(tensor).numpy(), "uint8")
        for tensor in state
    ]
    with files.replacing(path) as temporary, open(temporary, "wb") as file:
        np.savez(file, num_blocks, *arrays)


def _stored_state(path, like):
    """Returns the number of blocks and the state behind, or `None`.

    Args:
        path: A file, or `None`.
        like: A state of the same kind.
    """
    try:
        with np.load(path) as stored:
            num_blocks, *arrays = [stored[name] for name in stored.files]
        state = [
            tf.io.parse_tensor(array.tobytes(), tensor.dtype)
            for array, tensor in zip(arrays, like, strict=True)
        ]
    except (TypeError, OSError, ValueError, tf.errors.InvalidArgumentError):
        # There is none, or not of this model.
        return None
    return int(num_blocks), state
