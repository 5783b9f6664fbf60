"""Lossless compression of events by a model's own conditionals.

Shapes: B batch.
"""

import io
from typing import Any

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.compression import platform
from tf_autoregressive.compression.coders import Encoder
from tf_autoregressive.compression.errors import CodecError
from tf_autoregressive.compression.event_blocks import MAX_BATCH_SIZE
from tf_autoregressive.compression.event_blocks import EventReader
from tf_autoregressive.compression.event_blocks import EventWriter
from tf_autoregressive.compression.event_blocks import checked_arrays
from tf_autoregressive.compression.fingerprint import block_sizes
from tf_autoregressive.compression.fingerprint import fingerprint
from tf_autoregressive.types import Array


class Codec:
    """Compresses events to about `-log2 p(x)` bits, and gives them back.

        decompress(compress(x)) == x,  or an error

    Both sides walk through the conditionals, the steps that `sample` takes, and
    a range coder of the library `constriction` stands where the noise stands in
    drawing. They need the same model, and the same arithmetic: the same machine
    and versions have it, another may not. The data hold checksums of the
    events, so that other arithmetic ends in an error and never in other events.

    An ensemble over masks of one ordering is coded by its mixture, one over
    several orderings by one member.

    Args:
        model: An `AutoregressiveModel` of levels.
        batch_size: Number of events that are walked through side by side. Data
            hold it, and are decoded with the same.
        batches_per_block: Number of batches that share a stream and its
            checksums. A block costs about 15 bytes, and is lost as a whole.
        member: The member that codes, for an ensemble over several orderings.

    Raises:
        ValueError: If the model has real values, or a number is out of range.
        ImportError: If `constriction` is not installed (extra `compression`).

    Example:
        >>> import numpy as np
        >>> from tf_autoregressive.models import NADE
        >>> codec = Codec(NADE((4,), units=8))
        >>> x = np.array([[0, 1, 1, 0], [1, 1, 0, 0]])
        >>> codec.decompress(codec.compress(x)).tolist()
        [[0, 1, 1, 0], [1, 1, 0, 0]]
    """

    def __init__(
        self,
        model: Any,
        *,
        batch_size: int = 64,
        batches_per_block: int = 16,
        member: int = 0,
    ) -> None:
        if model.num_levels is None:
            raise ValueError(
                "`model` must have levels: real values have no finite code. "
                f"Received: {type(model).__name__} with distribution="
                f"{model.output_distribution!r}"
            )
        self.model = model
        self.batch_size = checked_count(
            "batch_size", batch_size, at_most=MAX_BATCH_SIZE
        )
        self.batches_per_block = checked_count(
            "batches_per_block", batches_per_block
        )
        if member not in range(model.ensemble_size):
            raise ValueError(
                f"`member` must be in [0, {model.ensemble_size}). "
                f"Received: member={member}"
            )
        self.member = int(member) if model.has_many_orderings else None
        # It raises an error at once if the library is missing.
        Encoder()

    @property
    def block_events(self) -> int:
        """Number of events of a whole block."""
        return self.batch_size * self.batches_per_block

    def compress(self, x: Array, context: Array | None = None) -> bytes:
        """Returns the compressed events.

        Args:
            x: Event values `[B, *event_shape]`.
            context: As `log_prob` takes it; it is not part of the data.

        Raises:
            ValueError: If `x` or the context is invalid.
        """
        x, context = checked_arrays(self.model, x, context)
        file = io.BytesIO()
        writer = self.writer(file)
        for start in range(0, len(x), self.block_events):
            rows = slice(start, start + self.block_events)
            writer.write(x[rows], None if context is None else context[rows])
        writer.end()
        return file.getvalue()

    def decompress(self, blob: bytes, context: Array | None = None) -> Any:
        """Returns the events, int32 `[B, *event_shape]`.

        Args:
            blob: What `compress` returned.
            context: The context that `compress` was given.

        Raises:
            DamagedError: If the data were changed or cut. The events of the
                blocks before are its attribute `events`.
            MismatchError: If the model, the context or the arithmetic is not
                that of the encoder.
        """
        blocks = []
        try:
            blocks.extend(self.reader(io.BytesIO(blob)).events(context))
        except CodecError as error:
            error.events = np.concatenate(blocks) if blocks else None
            raise
        return np.concatenate(blocks)

    def writer(self, file: Any, about: Any = None) -> EventWriter:
        """Returns an `EventWriter`, which compresses block after block.

        Args:
            file: A binary file.
            about: What the header holds besides, anything that JSON holds.
        """
        header = {**self.header(), "about": about}
        return EventWriter(self.model, file, header)

    def reader(self, file: Any) -> EventReader:
        """Returns an `EventReader`, which decodes block after block.

        Args:
            file: A binary file.

        Raises:
            DamagedError: If it does not begin with a whole header.
            MismatchError: If the model is another.
        """
        return EventReader(self.model, file)

    def header(self) -> dict[str, Any]:
        """Returns what data hold of the model and of what computes."""
        model = self.model
        return {
            "model": type(model).__name__,
            "fingerprint": fingerprint(model),
            "event_shape": list(model.event_shape),
            "num_levels": model.num_levels,
            "dtype": model.dtype_policy.name,
            "batch_size": self.batch_size,
            "block_sizes": block_sizes(model),
            "member": self.member,
            "platform": platform.description(),
        }
