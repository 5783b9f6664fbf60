"""The units of a layer in the order in which sampling finishes them.

Shapes: E ensemble members, U units, N blocks of positions.
"""

import dataclasses
from typing import Any

import numpy as np
import tensorflow as tf


@dataclasses.dataclass(frozen=True)
class UnitBlocks:
    """Units sorted by the position that needs them first, cut into blocks.

    A block is a slice of the sorted units: it starts at its first unit and is
    as wide as the fullest block, so that its width is static. What a slice
    holds beyond its own units belongs to later blocks, or is padding.

    Attributes:
        order: int `[E, U]`, the sorted units of each member.
        starts: int32 `[E, N + 1]`, where each block starts.
    """

    order: np.ndarray
    starts: np.ndarray

    @property
    def width(self) -> int:
        """Units of the fullest block."""
        return int(np.diff(self.starts).max())

    @property
    def size(self) -> int:
        """Units and padding: no slice reaches past it."""
        return self.order.shape[1] + self.width

    def start(
        self, member: int | tf.Tensor, block: int | tf.Tensor
    ) -> tf.Tensor:
        """Returns the sorted index of the first unit of a block, a scalar."""
        return tf.constant(self.starts)[member, block]

    def sort(self, tensor: tf.Tensor, member: int | tf.Tensor) -> Any:
        """Returns a tensor `[U, ...]` with its rows sorted, padded to `size`.

        The padding is zeros.
        """
        tensor = tf.gather(tensor, tf.constant(self.order)[member])
        paddings = [[0, self.width]] + [[0, 0]] * (tensor.shape.rank - 1)
        return tf.pad(tensor, paddings)

    def store(
        self,
        stored: tf.Tensor,
        member: int | tf.Tensor,
        block: int | tf.Tensor,
        units: tf.Tensor,
    ) -> Any:
        """Returns `stored` with the units of a block written into it.

        Args:
            stored: `[size, B]`.
            member: Index of the ensemble member.
            block: Index of the block.
            units: `[width, B]`; those beyond the block's own are not stored.
        """
        start = self.start(member, block)
        rows = tf.range(self.width)
        # The other rows of the slice are units of later blocks. They must stay
        # zero until they are finished.
        own = rows < self.start(member, block + 1) - start
        units = tf.where(own[:, None], units, 0.0)
        return tf.tensor_scatter_nd_update(
            stored, (start + rows)[:, None], units
        )


def unit_blocks(
    positions: np.ndarray, block_size: int, num_blocks: int
) -> UnitBlocks:
    """Returns the `UnitBlocks` of units with these positions.

    Args:
        positions: int `[E, U]`, the position that needs each unit first.
        block_size: Positions to a block.
        num_blocks: Number of blocks `N`.
    """
    edges = np.arange(num_blocks + 1) * block_size
    order = np.argsort(positions, axis=1, kind="stable")
    starts = [np.searchsorted(np.sort(row), edges) for row in positions]
    return UnitBlocks(order, np.array(starts, "int32"))
