"""Files that `tfar` writes, and the messages if they cannot be written."""

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

from tf_autoregressive import files

from .errors import UsageError


@contextlib.contextmanager
def replacing(path: pathlib.Path) -> Iterator[pathlib.Path]:
    """Yields a temporary path that becomes `path` when the block succeeds.

    Raises:
        UsageError: If the operating system refuses, as with a full disk.
    """
    try:
        with files.replacing(path) as temporary:
            yield temporary
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror or error})."
        ) from error


def check_directory(path: pathlib.Path) -> None:
    """Checks, before any work, that a file of this path can be made.

    Raises:
        UsageError: If its directory does not exist.
    """
    if not path.parent.is_dir():
        raise UsageError(
            f"{path} cannot be written: there is no directory {path.parent}."
        )


def output_file(
    name: str | pathlib.Path, suffix: str, option: str = "--out"
) -> pathlib.Path:
    """Returns the path that an option gives, checked before any work.

    Raises:
        UsageError: If it does not end in the suffix, or its directory does not
            exist.
    """
    path = pathlib.Path(name)
    if path.suffix != suffix:
        raise UsageError(f"{option} must end in {suffix}. Received: {path}")
    check_directory(path)
    return path


def write_text(path: pathlib.Path, text: str) -> None:
    """Writes `text` to `path`, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: pathlib.Path, value: Any) -> None:
    """Writes `value` as JSON to `path`, atomically."""
    write_text(path, json.dumps(value, indent=2) + "\n")
