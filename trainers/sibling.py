"""The package of exporters, which lies beside this one."""

import importlib
from typing import Any

from .tensorflow_log import import_tensorflow


def exporter() -> Any:
    """Returns the package `export`, imported when it is asked for.

    In the source tree it is found at the top, installed within
    `tf_autoregressive`.
    """
    import_tensorflow()
    parent, _, _ = __package__.rpartition(".")
    return importlib.import_module(f"{parent}.export" if parent else "export")
