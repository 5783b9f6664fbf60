"""Files that are either the old ones or the new ones, never half of each."""

import contextlib
import json
import os
import pathlib

from .errors import UsageError

TEMPORARY_PREFIX = ".tmp-"


@contextlib.contextmanager
def replacing(path: pathlib.Path):
    """Yields a temporary path that becomes `path` when the block succeeds.

    The temporary file lies in the same directory and ends like `path`, as
    writers that look at the suffix expect. It is on the disk before it gets
    the name, and gone if the block fails.

    Raises:
        UsageError: If the operating system refuses, as with a full disk.
    """
    temporary = path.with_name(f"{TEMPORARY_PREFIX}{path.name}")
    try:
        yield temporary
        with temporary.open("rb+") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written ({error.strerror or error})."
        ) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def check_directory(path: pathlib.Path):
    """Checks, before any work, that a file of this path can be made.

    Raises:
        UsageError: If its directory does not exist.
    """
    if not path.parent.is_dir():
        raise UsageError(
            f"{path} cannot be written: there is no directory {path.parent}."
        )


def output_file(name, suffix: str) -> pathlib.Path:
    """Returns the path of --out, checked before any work.

    Raises:
        UsageError: If it does not end in the suffix, or its directory does not
            exist.
    """
    path = pathlib.Path(name)
    if path.suffix != suffix:
        raise UsageError(f"--out must end in {suffix}. Received: {path}")
    check_directory(path)
    return path


def write_text(path: pathlib.Path, text: str):
    """Writes `text` to `path`, atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: pathlib.Path, value):
    """Writes `value` as JSON to `path`, atomically."""
    write_text(path, json.dumps(value, indent=2) + "\n")
