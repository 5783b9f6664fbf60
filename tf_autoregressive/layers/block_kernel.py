"""A masked dense layer cut into blocks of positions, for sampling.

Shapes: B batch, N blocks, I and O units of a block that are read and written.
"""

import typing

import tensorflow as tf


# Blocks to a group. What earlier groups contribute is one large product, which
# reads all earlier activations once a group instead of once a block.
GROUP = 4


class BlockKernel(typing.NamedTuple):
    """The weights of a masked dense layer, arranged by block.

    Tensors are feature-major, `[features, B]`, so that a block is a number of
    consecutive rows. The outputs of a block are the sum of three parts: from
    all earlier groups of blocks, made once a group; from the earlier blocks of
    its group, made at its start; and from the block's own inputs, made as they
    become known.

    Attributes:
        kernel: `[N, O, N * I]`, masked. `N` is a multiple of `GROUP`.
        bias: `[N, O, 1]` or `[N, O, B]`.
    """

    kernel: typing.Any
    bias: typing.Any

    @property
    def num_inputs(self):
        """Number of inputs of a block, `I`."""
        return self.kernel.shape[2] // self.kernel.shape[0]

    def from_earlier_groups(self, group, inputs):
        """Returns `[GROUP, O, B]`: bias and what earlier groups contribute.

        Args:
            group: Index of the group.
            inputs: `[N, I, B]`, zeros from the group on.
        """
        num_blocks, num_outputs, num_inputs = self.kernel.shape
        groups = tf.reshape(
            self.kernel,
            [num_blocks // GROUP, GROUP * num_outputs, num_inputs],
        )
        sums = tf.matmul(groups[group], tf.reshape(inputs, [num_inputs, -1]))
        bias = tf.slice(self.bias, [group * GROUP, 0, 0], [GROUP, -1, -1])
        return tf.reshape(sums, [GROUP, num_outputs, -1]) + bias

    def from_group(self, block, inputs):
        """Returns `[O, B]`: what the earlier blocks of the group contribute.

        Args:
            block: Index of the block.
            inputs: `[N, I, B]`, zeros from `block` on.
        """
        first = block - block % GROUP
        rows = tf.slice(inputs, [first, 0, 0], [GROUP, -1, -1])
        rows = tf.reshape(rows, [GROUP * self.num_inputs, -1])
        return tf.matmul(self._from_blocks(block, first, GROUP), rows)

    def within(self, block):
        """Returns `[O, I]`: weights from the block's own inputs."""
        return self._from_blocks(block, block, 1)

    def _from_blocks(self, block, first, number):
        """Returns `[O, number * I]`: weights from blocks `first` and on."""
        return tf.slice(
            self.kernel,
            [block, 0, first * self.num_inputs],
            [1, self.kernel.shape[1], number * self.num_inputs],
        )[0]


def block_kernel(layer, sources, targets, member, shift=None):
    """Returns the `BlockKernel` of a `MaskedDense` layer.

    Args:
        layer: A `MaskedDense` layer.
        sources: int `[E, N, I]`, the inputs each block holds, as
            `masks.slots` gives them.
        targets: int `[E, N, O]`, the outputs each block holds.
        member: Index of the ensemble member.
        shift: `[B, units]` to add to the bias, or `None`.
    """
    kernel = tf.cast(layer.masked_kernel(member), tf.float32)
    bias = tf.zeros([layer.units]) if layer.bias is None else layer.bias
    bias = tf.cast(bias, tf.float32)[:, None]
    if shift is not None:
        bias += tf.transpose(shift)
    # The row and the column of zeros are where empty slots point.
    kernel = tf.pad(kernel, [[0, 1], [0, 1]])
    bias = tf.pad(bias, [[0, 1], [0, 0]])
    rows = tf.reshape(tf.constant(sources)[member], [-1])
    columns = tf.constant(targets)[member]
    kernel = tf.gather(tf.transpose(tf.gather(kernel, rows)), columns)
    kernel = tf.ensure_shape(
        kernel, [*targets.shape[1:], sources.shape[1] * sources.shape[2]]
    )
    return BlockKernel(kernel, tf.gather(bias, columns))
