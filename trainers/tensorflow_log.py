"""TensorFlow's own log, which `tfar` keeps off the terminal."""

import contextlib
import logging
import os
from collections.abc import Iterator

from .errors import UsageError

_LEVEL = "TF_CPP_MIN_LOG_LEVEL"
_SILENT = "3"


def silence() -> None:
    """Switches the log off, unless the environment says which lines to show.

    Call it before TensorFlow is imported. `TF_CPP_MIN_LOG_LEVEL=0` in the
    environment shows all lines.
    """
    os.environ.setdefault(_LEVEL, _SILENT)


def import_tensorflow() -> None:
    """Imports TensorFlow as silently as it is asked to run.

    TensorFlow 2.21 logs some lines at its import whatever the level is, from
    code that writes to the file descriptor.

    Raises:
        UsageError: If it is missing. The message says what to do.
    """
    silent = os.environ.get(_LEVEL) == _SILENT
    with _without_errors() if silent else contextlib.nullcontext():
        try:
            from tf_autoregressive import backend  # noqa: F401
        except ImportError as error:
            raise UsageError(str(error)) from error


@contextlib.contextmanager
def without_warnings() -> Iterator[None]:
    """Keeps the warnings of TensorFlow's Python code from a block.

    It warns of functions that are traced again and again, as those of several
    models have to be.
    """
    log = logging.getLogger("tensorflow")
    level = log.level
    log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


@contextlib.contextmanager
def _without_errors():
    """Sends what the process writes to its standard error nowhere."""
    kept = os.dup(2)
    try:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
