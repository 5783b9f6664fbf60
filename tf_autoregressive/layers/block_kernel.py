"""A masked dense layer cut into blocks of positions, for sampling.

Shapes: B batch, I and O units that a block reads and writes at most.
"""

import dataclasses
import typing
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.unit_blocks import UnitBlocks


@dataclasses.dataclass(frozen=True)
class BlockKernel:
    """The weights of a masked dense layer, arranged by block.

    Tensors are feature-major, `[units, B]`, so that a block is a slice of
    consecutive rows. The outputs of a block are the sum of two parts: from all
    earlier blocks, made at its start; and from the block's own inputs, made as
    they become known.

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

    def from_earlier(self, block: int | tf.Tensor, inputs: tf.Tensor) -> Any:
        """Returns `[O, B]`: bias and all earlier blocks.

        Args:
            block: Index of the block.
            inputs: `[sources.size, B]`, zeros from `block` on.
        """
        rows = [self._start(block), 0]
        width = self.targets.width
        kernel = tf.slice(self.kernel, rows, [width, self.sources.size])
        return tf.matmul(kernel, inputs) + tf.slice(
            self.bias, rows, [width, -1]
        )

    def within(self, block: int | tf.Tensor) -> Any:
        """Returns `[O, I]`: weights from the block's own inputs."""
        return tf.slice(
            self.kernel,
            [self._start(block), self.sources.start(self.member, block)],
            [self.targets.width, self.sources.width],
        )

    def _start(self, block):
        return self.targets.start(self.member, block)


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
