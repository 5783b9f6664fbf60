"""A masked dense layer cut into blocks of positions."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.layers import MaskedDense
from tf_autoregressive.layers.block_kernel import BlockKernel
from tf_autoregressive.layers.block_kernel import sorted_weights
from tf_autoregressive.layers.unit_blocks import UnitBlocks
from tf_autoregressive.layers.unit_blocks import unit_blocks

MEMBERS, NUM_POSITIONS, BATCH_SIZE = 2, 19, 3


def test_units_are_sorted_by_position_and_cut():
    blocks = unit_blocks(
        np.array([[3, 0, 5, 0], [1, 1, 4, 2]]), block_size=2, num_blocks=4
    )
    np.testing.assert_array_equal(blocks.order, [[1, 3, 0, 2], [0, 1, 3, 2]])
    np.testing.assert_array_equal(
        blocks.starts, [[0, 2, 3, 4, 4], [0, 2, 3, 4, 4]]
    )
    assert blocks.width == 2


def test_the_width_is_that_of_the_fullest():
    # One member has three units in a block.
    blocks = UnitBlocks(
        np.zeros((2, 5), int),
        np.array([[0, 0, 3, 3, 3, 3, 5, 5, 5], [0, 1, 2, 3, 5, 5, 5, 5, 5]]),
    )
    assert (blocks.width, blocks.size) == (3, 8)


def test_sorting_pads_with_zeros():
    blocks = unit_blocks(np.array([[1, 0]]), block_size=1, num_blocks=2)
    np.testing.assert_array_equal(
        blocks.sort(tf.constant([[1.0], [2.0]]), 0), [[2], [1], [0]]
    )


def test_storing_leaves_other_blocks_alone():
    blocks = unit_blocks(
        np.array([[0, 0, 1, 2, 2]]), block_size=1, num_blocks=3
    )
    stored = tf.zeros([blocks.size, 1])
    stored = blocks.store(stored, 0, 0, tf.constant([[1.0], [2.0]]))
    # Block 1 holds one unit: the second row is not its own.
    stored = blocks.store(stored, 0, 1, tf.constant([[3.0], [9.0]]))
    stored = blocks.store(stored, 0, 2, tf.constant([[4.0], [5.0]]))
    np.testing.assert_array_equal(stored[:5, 0], [1, 2, 3, 4, 5])
    np.testing.assert_array_equal(stored[5:], 0.0)


def layer_and_blocks(rng, block_size, exclusive, with_bias):
    """A layer, and its inputs and outputs by block; uneven on purpose."""
    below = rng.integers(NUM_POSITIONS, size=(MEMBERS, 23))
    above = rng.integers(NUM_POSITIONS, size=(MEMBERS, 31))
    layer = MaskedDense(below, above, exclusive=exclusive, use_bias=with_bias)
    layer.build((None, 23))
    layer.set_weights([rng.normal(size=w.shape) for w in layer.weights])
    num_blocks = -(-NUM_POSITIONS // block_size)
    return layer, *(
        unit_blocks(degrees, block_size, num_blocks)
        for degrees in (below, above)
    )


@pytest.mark.parametrize("member", range(MEMBERS))
@pytest.mark.parametrize("block_size", [1, 2, 5, 19, 40])
@pytest.mark.parametrize("shifted", [False, True])
def test_blocks_add_up_to_the_layer(member, block_size, shifted, rng):
    layer, sources, targets = layer_and_blocks(
        rng, block_size, exclusive=False, with_bias=not shifted
    )
    inputs = rng.normal(size=(BATCH_SIZE, 23)).astype("float32")
    expected = layer(inputs, member=member)
    shift = None
    if shifted:
        shift = rng.normal(size=(BATCH_SIZE, 31)).astype("float32")
        expected += shift
    expected = targets.sort(tf.transpose(expected), member)

    kernel = BlockKernel(
        sources,
        targets,
        member,
        *sorted_weights(layer, sources, targets, member, shift),
    )
    stored = tf.zeros([sources.size, BATCH_SIZE])
    by_rank = sources.sort(tf.transpose(inputs), member)
    checked = 0
    for block in range(sources.starts.shape[1] - 1):
        read = by_rank[sources.start(member, block) :][: sources.width]
        total = kernel.from_earlier(block, stored) + tf.matmul(
            kernel.within(block), read
        )
        first, last = targets.starts[member, block : block + 2]
        np.testing.assert_allclose(
            total[: last - first], expected[first:last], rtol=1e-4, atol=1e-5
        )
        stored = sources.store(stored, member, block, read)
        checked += last - first
    assert checked == 31
