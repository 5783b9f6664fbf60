"""The error that ends the program with one message and no traceback."""

import contextlib
from collections.abc import Iterator


class UsageError(ValueError):
    """An error that the person at the terminal can put right; it says how."""


@contextlib.contextmanager
def usage_errors(prefix: str = "") -> Iterator[None]:
    """Turns each `ValueError` about a wrong argument into a `UsageError`.

    Missing packages and files need nothing here: `ending.ended` says what to
    do about an `ImportError` or an `OSError`.

    Args:
        prefix: Beginning of the message, as "--prime: ".
    """
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{prefix}{error}") from error
