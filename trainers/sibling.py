"""The package of exporters, which lies beside this one."""

import importlib
from typing import Any

from .tensorflow_log import import_tensorflow


def exporter(module: str = "") -> Any:
    """Returns the package `export`, imported when it is asked for.

    In the source tree it is found at the top, installed within
    `tf_autoregressive`.

    Args:
        module: The name of a module in it, to get that one.
    """
    import_tensorflow()
    name = _exporter_name()
    return importlib.import_module(f"{name}.{module}" if module else name)


def verifier() -> Any:
    """Returns the function `export.verify`, which starts another process.

    This one does not need TensorFlow.
    """
    return importlib.import_module(_exporter_name()).verify


def _exporter_name():
    parent, _, _ = __package__.rpartition(".")
    return f"{parent}.export" if parent else "export"
