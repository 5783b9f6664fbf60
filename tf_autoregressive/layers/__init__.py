"""Keras layers whose outputs see only what they may."""

from tf_autoregressive.layers.block_kernel import BlockKernel
from tf_autoregressive.layers.masked_dense import MaskedDense
from tf_autoregressive.layers.nade import NADEConditionals
from tf_autoregressive.layers.rescaled_nade import RescaledNADEConditionals
from tf_autoregressive.layers.unit_blocks import UnitBlocks

__all__ = [
    "BlockKernel",
    "MaskedDense",
    "NADEConditionals",
    "RescaledNADEConditionals",
    "UnitBlocks",
]
