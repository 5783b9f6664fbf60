"""The error that ends the program with one message and no traceback."""

import contextlib


class UsageError(ValueError):
    """What the person at the terminal can put right, and how."""


@contextlib.contextmanager
def usage_errors(prefix: str = ""):
    """Makes `UsageError`s of the `ValueError`s that name a wrong argument."""
    try:
        yield
    except ValueError as error:
        raise UsageError(f"{prefix}{error}") from error
