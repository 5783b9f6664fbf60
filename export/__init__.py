"""SavedModels of trained models, for serving, and a client of their server."""

from tf_autoregressive import backend

from .client.client import Client
from .client.errors import AnswerError
from .client.errors import ClientError
from .client.errors import DeadlineError
from .client.errors import RequestError
from .client.errors import UnavailableError
from .client.stream import ServedStream
from .saved_models.exporting import export_model
from .saved_models.verification import verify
from .saved_models.versions import newest_version
from .scoring.detector_scorers import AnomalyScorer
from .scoring.detector_scorers import SurpriseScorer
from .scoring.inputs import open_rows
from .scoring.resumable import score_rows
from .scoring.rows import Rows
from .scoring.saved_model_scorer import SavedModelScorer
from .signatures.anomaly_signatures import AnomalySignatures
from .signatures.model_signatures import Signatures
from .signatures.stream_signatures import StreamSignatures
from .signatures.text_signatures import TextSignatures

__all__ = [
    "AnomalyScorer",
    "AnomalySignatures",
    "AnswerError",
    "Client",
    "ClientError",
    "DeadlineError",
    "RequestError",
    "Rows",
    "SavedModelScorer",
    "ServedStream",
    "Signatures",
    "StreamSignatures",
    "SurpriseScorer",
    "TextSignatures",
    "UnavailableError",
    "export_model",
    "newest_version",
    "open_rows",
    "score_rows",
    "verify",
]
