"""The models, each from one paper and in one file."""

from tf_autoregressive import backend
from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.char_cnn import CharCNN
from tf_autoregressive.models.char_rnn import CharRNN
from tf_autoregressive.models.deep_nade import DeepNADE
from tf_autoregressive.models.fvsbn import FVSBN
from tf_autoregressive.models.gated_pixel_cnn import GatedPixelCNN
from tf_autoregressive.models.image_transformer import ImageTransformer
from tf_autoregressive.models.joint import Joint
from tf_autoregressive.models.made import MADE
from tf_autoregressive.models.multi_scale_pixel_rnn import MultiScalePixelRNN
from tf_autoregressive.models.nade import NADE
from tf_autoregressive.models.ngram_mlp import NGramMLP
from tf_autoregressive.models.order_agnostic_cnn import OrderAgnosticCNN
from tf_autoregressive.models.pixel_cnn import PixelCNN
from tf_autoregressive.models.pixel_cnn_plus_plus import PixelCNNPlusPlus
from tf_autoregressive.models.pixel_rnn import PixelRNN
from tf_autoregressive.models.pixel_snail import PixelSNAIL
from tf_autoregressive.models.pretrained import PretrainedModel
from tf_autoregressive.models.pretrained import load
from tf_autoregressive.models.pretrained import pretrained
from tf_autoregressive.models.raster_model import RasterModel
from tf_autoregressive.models.rnade import RNADE
from tf_autoregressive.models.rnn_nade import RNNNADE
from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.models.transformer import Transformer
from tf_autoregressive.models.walk import Walk
from tf_autoregressive.models.wavenet import WaveNet

__all__ = [
    "FVSBN",
    "MADE",
    "NADE",
    "RNADE",
    "RNNNADE",
    "AutoregressiveModel",
    "CharCNN",
    "CharRNN",
    "DeepNADE",
    "GatedPixelCNN",
    "ImageTransformer",
    "Joint",
    "MultiScalePixelRNN",
    "NGramMLP",
    "OrderAgnosticCNN",
    "PixelCNN",
    "PixelCNNPlusPlus",
    "PixelRNN",
    "PixelSNAIL",
    "PretrainedModel",
    "RasterModel",
    "SequenceModel",
    "Transformer",
    "Walk",
    "WaveNet",
    "load",
    "pretrained",
]
