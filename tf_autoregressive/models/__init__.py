"""The models: one paper a file."""

from tf_autoregressive.models.base import AutoregressiveModel
from tf_autoregressive.models.deep_nade import DeepNADE
from tf_autoregressive.models.fvsbn import FVSBN
from tf_autoregressive.models.joint import Joint
from tf_autoregressive.models.made import MADE
from tf_autoregressive.models.nade import NADE
from tf_autoregressive.models.rnade import RNADE

__all__ = [
    "FVSBN",
    "MADE",
    "NADE",
    "RNADE",
    "AutoregressiveModel",
    "DeepNADE",
    "Joint",
]
