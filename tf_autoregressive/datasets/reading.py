"""Reading of files, where any failure becomes an error that names the file."""

import contextlib
import os
from collections.abc import Iterator
from typing import Any

from tf_autoregressive.types import Path

# Bytes of memory that any file may take, however small it is.
_ALWAYS_ALLOWED = 2 * 10**9
# Larger files may take so many times their size. The share is that of a file of
# 25 MB which takes 2 GB.
_TIMES_THE_FILE = 80


class FileError(ValueError):
    """An error in the contents of a file, which its message names."""


@contextlib.contextmanager
def reading(path: Path, what: str) -> Iterator[Any]:
    """Turns any error about a file into a `FileError` that names the file.

    Libraries fail on damaged files in many ways, and not all are documented. A
    `FileError` stays as it is.

    Args:
        path: The file, or its name in the error.
        what: Description of a right file, such as "an image".

    Raises:
        FileNotFoundError: If there is no such file.
        PermissionError: If it may not be read.
        FileError: For everything else that is raised inside.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise FileNotFoundError(f"There is no file {path}.") from error
    except (PermissionError, FileError):
        raise
    except Exception as error:
        said = " ".join(str(error).split())
        raise FileError(
            f"{path} is damaged or not {what}. Received, when it was read: "
            f"{type(error).__name__}: {said:.200}"
        ) from error


@contextlib.contextmanager
def naming(path: Path) -> Iterator[Any]:
    """Puts the name of a file before a message about its contents.

    Raises:
        FileError: Instead of any other `ValueError`.
    """
    try:
        yield
    except FileError:
        raise
    except ValueError as error:
        raise FileError(f"{path}: {error}") from error


def check_memory(path: Path, needed: int, file_size: int | None = None) -> None:
    """Checks the memory that the data of a file needs, before it is allocated.

    A few bytes of a damaged or malicious file can ask for more than a machine
    has. 2 GB are always allowed, and 80 times the size of the file.

    Args:
        path: The file, or the name of the data in the error.
        needed: Bytes of memory that the data will take.
        file_size: Bytes of the file, looked up if None.

    Raises:
        FileError: If the data needs more than is allowed.
    """
    if needed <= _ALWAYS_ALLOWED:
        return
    if file_size is None:
        file_size = os.stat(path).st_size
    allowed = max(_ALWAYS_ALLOWED, _TIMES_THE_FILE * file_size)
    if needed > allowed:
        raise FileError(
            f"{path} would take {needed / 1e9:,.3f} GB of memory. At most "
            f"{allowed / 1e9:,.3f} GB are allowed for the "
            f"{file_size / 1e6:,.3f} MB that it has"
        )
