"""The walk along rows of one long sequence, which both sides have in common.

Shapes: L steps of the sequence, R rows, n steps of a section.
"""

import itertools
import typing
from typing import Any

import numpy as np

from tf_autoregressive.compression.stream_steps import StreamSteps


class Layout(typing.NamedTuple):
    """A sequence in rows: pieces of one length, but for those at the end.

        row r holds the steps from r * row_steps to (r + 1) * row_steps

    Attributes:
        length: `L`.
        num_rows: `R`.
        section_steps: Number of steps of a row that a block holds.
    """

    length: int
    num_rows: int
    section_steps: int

    @property
    def row_steps(self) -> int:
        """Number of steps of a whole row."""
        return -(-self.length // self.num_rows)

    def sections(self, first: int = 0) -> typing.Iterator[range]:
        """Yields the steps of a row in each block.

        Args:
            first: Number of the blocks to leave out.
        """
        size = self.section_steps
        for start in range(first * size, self.row_steps, size):
            yield range(start, min(start + size, self.row_steps))

    def pieces(self, section: range) -> list[slice]:
        """Returns the part of the sequence that each row has in a section."""
        starts = range(0, self.num_rows * self.row_steps, self.row_steps)
        pieces = [
            slice(
                min(row + section.start, self.length),
                min(row + section.stop, row + self.row_steps, self.length),
            )
            for row in starts
        ]
        return [piece for piece in pieces if piece.start < piece.stop]


class StreamWalker:
    """Walks along the rows of a sequence, section after section.

    Args:
        steps: The steps of the model for `R` rows.

    Attributes:
        state: The state behind the sections so far, a list of tensors.
        num_steps: Number of steps of a row so far.
    """

    def __init__(self, steps: StreamSteps) -> None:
        self._model, self._num_rows = steps.model, steps.num_rows
        self._steps, self._step_shape = steps, steps.model.event_shape[1:]
        self.state, self.num_steps = steps.first_state(), 0

    def __call__(
        self, coder: Any, lengths: list[int], x: np.ndarray | None = None
    ) -> np.ndarray:
        """Returns the values of a section, which a coder writes or reads.

        Args:
            coder: An `Encoder` or a `Decoder`.
            lengths: The steps that each row has; none has more than those
                before it.
            x: int `[R, n, *step_shape]`, or `None` for a decoder. What is
                beyond the length of a row has no meaning.

        Returns:
            int32 `[R, n, *step_shape]`.
        """
        sites = self._steps.sites_of_a_step
        output = self._model.output_distribution
        num_sites = lengths[0] * sites
        values = np.zeros([self._num_rows, num_sites, output.num_dims], "int32")
        given = None if x is None else x.reshape(values.shape)
        active = (sites * np.array(lengths)[:, None] > range(num_sites)).sum(0)
        ranks = itertools.count()

        def code(parameters, log_weights=None):
            rank = next(ranks)
            rows = slice(active[rank])
            wanted = None if given is None else given[rows, rank]
            values[rows, rank] = output.code(
                coder, parameters[rows], log_weights, wanted
            )
            return values[:, rank].astype("float32")

        self.state = self._steps.code_section(code, self.state, num_sites)
        self.num_steps += lengths[0]
        return values.reshape(self._num_rows, lengths[0], *self._step_shape)
