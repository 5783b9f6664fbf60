"""Replacement of whole files, and locks of the directories that hold them."""

import contextlib
import os
import pathlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from typing import Any

# Servers look for directories whose names are numbers, and readers of Parquet
# leave out names that begin with a dot.
TEMPORARY_PREFIX = ".tmp-"


@contextlib.contextmanager
def replacing(path: pathlib.Path) -> Iterator[Any]:
    """Yields a temporary path that becomes `path` when the block succeeds.

    The file lies in the same directory and ends like `path`, as writers that
    look at the suffix expect. It is on the disk before it gets the name, and
    gone if the block fails. No two writers share a temporary path.
    """
    handle, name = tempfile.mkstemp(
        prefix=f"{TEMPORARY_PREFIX}{path.name}-",
        suffix=path.suffix,
        dir=path.parent,
    )
    os.close(handle)
    temporary = pathlib.Path(name)
    try:
        temporary.chmod(0o666 & ~umask())
        yield temporary
        flush(temporary)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def replace_text(path: pathlib.Path, text: str) -> None:
    """Writes a text file that is the old one or the new one, never half."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def flush(path: pathlib.Path) -> None:
    """Waits until a file is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def remove_temporaries(folder: pathlib.Path) -> None:
    """Removes the remains of writers that were killed."""
    for path in folder.glob(f"{TEMPORARY_PREFIX}*"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


@contextlib.contextmanager
def only_writer(folder: pathlib.Path) -> Iterator[Any]:
    """Holds a directory that one process at a time may write.

    Raises:
        ValueError: If another process is writing there.
    """
    with _held(folder) as lock:
        if lock() is False:
            raise ValueError(f"Another process is writing {folder}.")
        yield


@contextlib.contextmanager
def one_of_several_writers(
    folder: pathlib.Path, *subfolders: pathlib.Path
) -> Iterator[Any]:
    """Holds a directory that several processes may write at once.

    The remains of writers that were killed are removed first, from the
    subfolders too, unless others are writing: they could be theirs.
    """
    with _held(folder) as lock:
        if lock():
            for place in (folder, *subfolders):
                remove_temporaries(place)
        # Another process that is cleaning up holds it for a moment.
        while lock(shared=True) is False:
            time.sleep(0.01)
        yield


def umask() -> int:
    """Returns the permissions that this process does not give to new files."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def _held(folder):
    """Yields a function that locks the directory itself, which leaves no file.

    It returns whether that succeeded, `None` where there are no such locks:
    under Windows, and on most file systems of a network. The operating system
    gives the lock back however the process ends.
    """
    try:
        import fcntl
    except ImportError:  # Windows has no such locks.
        yield lambda *, shared=False: None
        return

    def lock(*, shared=False):
        operation = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(directory, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return None
        return True

    directory = os.open(folder, os.O_RDONLY)
    try:
        yield lock
    finally:
        os.close(directory)
