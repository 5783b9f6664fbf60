"""Keras layers whose outputs see only what they may."""

from tf_autoregressive import backend
from tf_autoregressive.layers.block_kernel import BlockKernel
from tf_autoregressive.layers.diagonal_bilstm import DiagonalBiLSTM
from tf_autoregressive.layers.masked_conv import MaskedConv2D
from tf_autoregressive.layers.masked_dense import MaskedDense
from tf_autoregressive.layers.nade import NADEConditionals
from tf_autoregressive.layers.normed_conv import NormedConv2D
from tf_autoregressive.layers.rescaled_nade import RescaledNADEConditionals
from tf_autoregressive.layers.row_lstm import RowLSTM
from tf_autoregressive.layers.sequence.causal_conv import CausalConv1D
from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.layers.sequence.layer import growing
from tf_autoregressive.layers.sequence.scopes import SequenceScope
from tf_autoregressive.layers.sequence.scopes import StepScope
from tf_autoregressive.layers.shifted_conv import ShiftedConv2D
from tf_autoregressive.layers.unit_blocks import UnitBlocks
from tf_autoregressive.layers.upsampling_conv import UpsamplingConv2D

__all__ = [
    "BlockKernel",
    "CausalConv1D",
    "DiagonalBiLSTM",
    "MaskedConv2D",
    "MaskedDense",
    "NADEConditionals",
    "NormedConv2D",
    "RescaledNADEConditionals",
    "RowLSTM",
    "SequenceLayer",
    "SequenceScope",
    "ShiftedConv2D",
    "StepScope",
    "UnitBlocks",
    "UpsamplingConv2D",
    "growing",
]
