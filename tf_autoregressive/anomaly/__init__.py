"""Anomaly detection: scores of models, calibrated on held-out normal data."""

from tf_autoregressive import backend
from tf_autoregressive.anomaly.auroc import AUROC
from tf_autoregressive.anomaly.auroc import auroc
from tf_autoregressive.anomaly.calibration import Calibration
from tf_autoregressive.anomaly.calibration import false_alarm_law
from tf_autoregressive.anomaly.calibration import num_needed
from tf_autoregressive.anomaly.codec_compressor import CodecCompressor
from tf_autoregressive.anomaly.compressors import png
from tf_autoregressive.anomaly.compressors import zlib
from tf_autoregressive.anomaly.conditional_surprise import ConditionalSurprise
from tf_autoregressive.anomaly.detector import Detector
from tf_autoregressive.anomaly.input_complexity import InputComplexity
from tf_autoregressive.anomaly.likelihood import Likelihood
from tf_autoregressive.anomaly.likelihood_ratio import LikelihoodRatio
from tf_autoregressive.anomaly.mutated_inputs import MutatedInputs
from tf_autoregressive.anomaly.score import Score
from tf_autoregressive.anomaly.surprise_stream import SurpriseStream
from tf_autoregressive.anomaly.typicality import BatchTypicality
from tf_autoregressive.anomaly.typicality import Typicality

__all__ = [
    "AUROC",
    "BatchTypicality",
    "Calibration",
    "CodecCompressor",
    "ConditionalSurprise",
    "Detector",
    "InputComplexity",
    "Likelihood",
    "LikelihoodRatio",
    "MutatedInputs",
    "Score",
    "SurpriseStream",
    "Typicality",
    "auroc",
    "false_alarm_law",
    "num_needed",
    "png",
    "zlib",
]
