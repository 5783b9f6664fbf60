"""SavedModels of trained models, for serving, and a client of their server."""

from .client import Client
from .errors import RequestError
from .errors import UnavailableError
from .saved_model import export_model
from .signatures import Signatures
from .text_signatures import TextSignatures
from .verification import verify

__all__ = [
    "Client",
    "RequestError",
    "Signatures",
    "TextSignatures",
    "UnavailableError",
    "export_model",
    "verify",
]
