"""Packages that only scoring of files needs."""

import importlib
from typing import Any


def imported(name: str) -> Any:
    """Returns a module of the extra `scoring`.

    Raises:
        ImportError: If it is not installed.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f'Scoring files needs {name}: pip install "tf_autoregressive'
            '[scoring]"'
        ) from error
