"""Lossless compression of one long sequence, with the state carried on.

Shapes: L steps.
"""

import io
from typing import Any

import numpy as np

from tf_autoregressive.compression.codec import Codec
from tf_autoregressive.compression.errors import CodecError
from tf_autoregressive.compression.stream_blocks import StreamReader
from tf_autoregressive.compression.stream_blocks import StreamWriter
from tf_autoregressive.compression.stream_steps import StreamSteps
from tf_autoregressive.compression.stream_steps import can_stream
from tf_autoregressive.compression.stream_walker import Layout
from tf_autoregressive.types import Array
from tf_autoregressive.types import Path


class StreamCodec:
    """Compresses a sequence of any length to about its `-log2 p(x)` bits.

        decompress(compress(x)) == x,  or an error

    The model goes on from step to step, as in `stream`: its `event_shape` does
    not limit the sequence, a step costs the same however many came before, and
    the memory does not grow. To be faster, the sequence is cut into
    `batch_size` rows that are coded side by side; each begins without a past,
    and is as long as an event at least.

    Args:
        model: A `SequenceModel` of levels, without contexts, lengths or a
            `max_steps`.
        batch_size: The most rows.
        batches_per_block: Number of lengths of an event that a block holds of
            each row. A block is lost as a whole.

    Raises:
        ValueError: If the model has real values or an end, or a number is out
            of range.
        ImportError: If `constriction` is not installed (extra `compression`).

    Example:
        >>> import numpy as np
        >>> from tf_autoregressive.models import CharRNN
        >>> codec = StreamCodec(CharRNN((4,), num_levels=3, units=2))
        >>> x = np.array([0, 2, 1, 1, 0, 2, 2, 0, 1])
        >>> codec.decompress(codec.compress(x)).tolist()
        [0, 2, 1, 1, 0, 2, 2, 0, 1]
    """

    def __init__(
        self,
        model: Any,
        *,
        batch_size: int = 64,
        batches_per_block: int = 16,
    ) -> None:
        self._codec = Codec(
            model, batch_size=batch_size, batches_per_block=batches_per_block
        )
        if not can_stream(model):
            raise ValueError(
                "`model` must be a SequenceModel without contexts, lengths or "
                f"a largest number of steps. Received: {type(model).__name__}"
            )
        self.model, self.batch_size = model, self._codec.batch_size
        # Graphs serve all sequences of as many rows.
        self._known_steps: dict[Any, StreamSteps] = {}

    def compress(self, x: Array) -> bytes:
        """Returns the compressed sequence.

        Args:
            x: Values `[L, *event_shape[1:]]`, with at least one step.

        Raises:
            ValueError: If `x` is invalid.
        """
        x, step_shape = np.asarray(x), self.model.event_shape[1:]
        if x.ndim < 1 or x.shape[1:] != step_shape or not len(x):
            shape = ", ".join(map(str, ["steps", *step_shape]))
            raise ValueError(
                f"`x` must have shape [{shape}], and at least one step. "
                f"Received shape {x.shape}"
            )
        file = io.BytesIO()
        writer = self.writer(file, len(x))
        for _ in writer.write(lambda start, stop: x[start:stop]):
            pass
        writer.end()
        return file.getvalue()

    def decompress(self, blob: bytes) -> Any:
        """Returns the sequence, int32 `[L, *event_shape[1:]]`.

        Args:
            blob: What `compress` returned.

        Raises:
            DamagedError: If the data were changed or cut.
            MismatchError: If the model or the arithmetic is not that of the
                encoder.
        """
        found: dict[int, Any] = {}
        try:
            for block in self.reader(io.BytesIO(blob)).pieces():
                found.update(block)
        except CodecError as error:
            error.pieces = found
            raise
        return np.concatenate([found[start] for start in sorted(found)])

    def writer(
        self,
        file: Any,
        length: int,
        about: Any = None,
        state_path: Path | None = None,
    ) -> StreamWriter:
        """Returns a `StreamWriter`, which compresses block after block.

        Args:
            file: A binary file.
            length: `L`.
            about: What the header holds besides, anything that JSON holds.
            state_path: As `StreamWriter` takes it.
        """
        header = {**self._codec.header(), "about": about}
        layout = self.layout(length)
        header["layout"] = [*layout]
        steps = self._steps(layout.num_rows)
        return StreamWriter(steps, file, header, state_path)

    def reader(self, file: Any) -> StreamReader:
        """Returns a `StreamReader`, which decodes block after block.

        Args:
            file: A binary file.

        Raises:
            DamagedError: If it does not begin with a whole header.
            MismatchError: If the model is another, or the file holds events.
        """
        return StreamReader(self.model, file, self._steps)

    def layout(self, length: int) -> Layout:
        """Returns the rows and blocks in which a sequence is coded.

        Args:
            length: `L`.
        """
        event_steps = self.model.event_shape[0]
        rows = min(self.batch_size, max(1, length // event_steps))
        at_least = self._codec.batches_per_block * event_steps
        section = self._steps(rows).section_steps(at_least)
        return Layout(length, rows, section)

    def _steps(self, num_rows):
        key = num_rows, self.model.block_size
        if key not in self._known_steps:
            self._known_steps[key] = StreamSteps(self.model, num_rows)
        return self._known_steps[key]
