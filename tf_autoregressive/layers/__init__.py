"""Keras layers of autoregressive models, and the scopes that run them."""

from tf_autoregressive import backend
from tf_autoregressive.layers.compilation import is_compiled
from tf_autoregressive.layers.masked_dense import MaskedDense
from tf_autoregressive.layers.nade import NADEConditionals
from tf_autoregressive.layers.raster.causal_self_attention import (
    CausalSelfAttention2D,
)
from tf_autoregressive.layers.raster.diagonal_bilstm import DiagonalBiLSTM
from tf_autoregressive.layers.raster.layer import RasterLayer
from tf_autoregressive.layers.raster.maps import MapScope
from tf_autoregressive.layers.raster.masked_conv import MaskedConv2D
from tf_autoregressive.layers.raster.normed_conv import NormedConv2D
from tf_autoregressive.layers.raster.pixels import PixelScope
from tf_autoregressive.layers.raster.row_lstm import RowLSTM
from tf_autoregressive.layers.raster.rows import RowScope
from tf_autoregressive.layers.raster.shifted_conv import ShiftedConv2D
from tf_autoregressive.layers.raster.upsampling_conv import UpsamplingConv2D
from tf_autoregressive.layers.rescaled_nade import RescaledNADEConditionals
from tf_autoregressive.layers.sequence.adaptive_prediction import (
    AdaptivePrediction,
)
from tf_autoregressive.layers.sequence.causal_conv import CausalConv1D
from tf_autoregressive.layers.sequence.causal_self_attention import (
    CausalSelfAttention,
)
from tf_autoregressive.layers.sequence.gru import SequenceGRU
from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.layers.sequence.layer import growing
from tf_autoregressive.layers.sequence.lstm import SequenceLSTM
from tf_autoregressive.layers.sequence.scopes import SequenceScope
from tf_autoregressive.layers.sequence.scopes import StepScope

__all__ = [
    "AdaptivePrediction",
    "CausalConv1D",
    "CausalSelfAttention",
    "CausalSelfAttention2D",
    "DiagonalBiLSTM",
    "MapScope",
    "MaskedConv2D",
    "MaskedDense",
    "NADEConditionals",
    "NormedConv2D",
    "PixelScope",
    "RasterLayer",
    "RescaledNADEConditionals",
    "RowLSTM",
    "RowScope",
    "SequenceGRU",
    "SequenceLSTM",
    "SequenceLayer",
    "SequenceScope",
    "ShiftedConv2D",
    "StepScope",
    "UpsamplingConv2D",
    "growing",
    "is_compiled",
]
