"""A masked dense layer cut into blocks of positions, for sampling.

Shapes: B batch, I and O units that a block reads and writes at most.
"""

import dataclasses
import typing
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.unit_blocks import GROUP
from tf_autoregressive.layers.unit_blocks import UnitBlocks


@dataclasses.dataclass(frozen=True)
class BlockKernel:
    """The weights of a masked dense layer, arranged by block.

    Tensors are feature-major, `[units, B]`, so that a block is a slice of
    consecutive rows. The outputs of a block are the sum of three parts: from
    all earlier groups of blocks, made once a group; from the earlier blocks of
    its group, made at its start; and from the block's own inputs, made as they
    become known.

    Attributes:
        sources: `UnitBlocks` of the inputs.
        targets: `UnitBlocks` of the outputs.
        member: Index of the ensemble member.
        kernel: `[targets.size, sources.size]`, masked.
        bias: `[targets.size, 1]` or `[targets.size, B]`.
    """

    sources: UnitBlocks
    targets: UnitBlocks
    member: typing.Any
    kernel: typing.Any
    bias: typing.Any

    def from_earlier_groups(
        self, block: int | tf.Tensor, inputs: tf.Tensor
    ) -> Any:
        """Returns `[targets.sums_width, B]`: bias and earlier groups.

        Args:
            block: Index of the group's first block.
            inputs: `[sources.size, B]`, zeros from `block` on.
        """
        start = self.targets.start(self.member, block)
        width = self.targets.group_width
        kernel = tf.slice(self.kernel, [start, 0], [width, self.sources.size])
        bias = tf.slice(self.bias, [start, 0], [width, -1])
        # The padding lets the slice of the group's last block reach past it.
        padding = self.targets.sums_width - width
        return tf.pad(tf.matmul(kernel, inputs) + bias, [[0, padding], [0, 0]])

    def from_earlier(
        self, block: int | tf.Tensor, group_sums: tf.Tensor, inputs: tf.Tensor
    ) -> Any:
        """Returns `[O, B]`: bias and all earlier blocks.

        Args:
            block: Index of the block.
            group_sums: The sums from `from_earlier_groups` for its group.
            inputs: `[sources.size, B]`, zeros from `block` on.
        """
        # The slice is of the whole group, though inputs from the block on are
        # zeros: only so its width is static.
        first = block - block % GROUP
        sums = tf.slice(
            group_sums,
            [self._start(block) - self._start(first), 0],
            [self.targets.width, -1],
        )
        start = self.sources.start(self.member, first)
        width = self.sources.group_width
        kernel = self._between(block, start, width)
        return sums + tf.matmul(
            kernel, tf.slice(inputs, [start, 0], [width, -1])
        )

    def within(self, block: int | tf.Tensor) -> Any:
        """Returns `[O, I]`: weights from the block's own inputs."""
        start = self.sources.start(self.member, block)
        return self._between(block, start, self.sources.width)

    def _start(self, block):
        return self.targets.start(self.member, block)

    def _between(self, block, start, width):
        return tf.slice(
            self.kernel,
            [self._start(block), start],
            [self.targets.width, width],
        )


def sorted_weights(
    layer: Any,
    sources: Any,
    targets: Any,
    member: int | tf.Tensor,
    shift: tf.Tensor | None = None,
) -> Any:
    """Returns `kernel` and `bias` of a `MaskedDense` layer for a `BlockKernel`.

    Args:
        layer: A `MaskedDense` layer.
        sources: `UnitBlocks` of its inputs.
        targets: `UnitBlocks` of its outputs.
        member: Index of the ensemble member.
        shift: `[B, units]` to add to the bias, or `None`.
    """
    kernel = tf.cast(layer.masked_kernel(member), tf.float32)
    kernel = tf.transpose(sources.sort(kernel, member))
    bias = tf.zeros([layer.units]) if layer.bias is None else layer.bias
    bias = tf.cast(bias, tf.float32)[:, None]
    if shift is not None:
        bias += tf.transpose(shift)
    return targets.sort(kernel, member), targets.sort(bias, member)
