"""SavedModels of trained models, for serving."""

from .saved_model import export_model
from .signatures import Signatures
from .verification import verify

__all__ = ["Signatures", "export_model", "verify"]
