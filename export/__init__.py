"""SavedModels of trained models, for serving, and a client of their server."""

from tf_autoregressive import backend

from .client import Client
from .errors import AnswerError
from .errors import ClientError
from .errors import DeadlineError
from .errors import RequestError
from .errors import UnavailableError
from .inputs import open_rows
from .rows import Rows
from .saved_model import export_model
from .saved_model_scorer import SavedModelScorer
from .scoring import score_rows
from .signatures import Signatures
from .text_signatures import TextSignatures
from .verification import verify
from .versions import newest_version

__all__ = [
    "AnswerError",
    "Client",
    "ClientError",
    "DeadlineError",
    "RequestError",
    "Rows",
    "SavedModelScorer",
    "Signatures",
    "TextSignatures",
    "UnavailableError",
    "export_model",
    "newest_version",
    "open_rows",
    "score_rows",
    "verify",
]
