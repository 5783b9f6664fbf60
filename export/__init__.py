"""SavedModels of trained models, for serving, and a client of their server.

A module is imported when something of it is first used, so that the check of an
export does not wait for TensorFlow.
"""

import importlib
import typing
from typing import Any

if typing.TYPE_CHECKING:
    # Editors and type checkers read these imports, because they do not run
    # `__getattr__`.
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

# The modules that the names come from.
_HOMES = {
    "AnomalyScorer": "scoring.detector_scorers",
    "AnomalySignatures": "signatures.anomaly_signatures",
    "AnswerError": "client.errors",
    "Client": "client.client",
    "ClientError": "client.errors",
    "DeadlineError": "client.errors",
    "RequestError": "client.errors",
    "Rows": "scoring.rows",
    "SavedModelScorer": "scoring.saved_model_scorer",
    "ServedStream": "client.stream",
    "Signatures": "signatures.model_signatures",
    "StreamSignatures": "signatures.stream_signatures",
    "SurpriseScorer": "scoring.detector_scorers",
    "TextSignatures": "signatures.text_signatures",
    "UnavailableError": "client.errors",
    "export_model": "saved_models.exporting",
    "newest_version": "saved_models.versions",
    "open_rows": "scoring.inputs",
    "score_rows": "scoring.resumable",
    "verify": "saved_models.verification",
}

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


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name != "verify":
        # It says in a sentence what is missing to use TensorFlow.
        importlib.import_module("tf_autoregressive.backend")
    module = importlib.import_module(f".{_HOMES[name]}", __name__)
    return getattr(module, name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
