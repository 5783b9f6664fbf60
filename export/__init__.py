"""SavedModels of trained models, for serving, and a client of their server."""

from .client import Client
from .errors import RequestError
from .errors import UnavailableError
from .rows import Rows
from .saved_model import export_model
from .scoring import savedmodel_scorer
from .scoring import score_rows
from .signatures import Signatures
from .text_signatures import TextSignatures
from .verification import verify
from .versions import newest_version

__all__ = [
    "Client",
    "RequestError",
    "Rows",
    "Signatures",
    "TextSignatures",
    "UnavailableError",
    "export_model",
    "newest_version",
    "savedmodel_scorer",
    "score_rows",
    "verify",
]
