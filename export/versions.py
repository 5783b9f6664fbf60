"""The directory of a served model: versions that appear whole or not at all."""

import contextlib
import os
import pathlib
import shutil
import tempfile

# Servers look for directories whose names are numbers.
_TEMPORARY_PREFIX = ".tmp-"


@contextlib.contextmanager
def new_version(base: pathlib.Path, version: int | None = None):
    """Yields an empty directory that becomes a version when the block succeeds.

    A server that polls `base` sees all of the version or nothing. If the block
    fails, nothing of it is left.

    Args:
        base: The directory of the model; made if it does not exist.
        version: The number of the version, at least 1; `None` for the next.

    Yields:
        `(directory, publish)`: the directory to write, and a function that
        gives it its number and returns the path it has from then on.

    Raises:
        ValueError: If there is such a version, or it is no such number.
        OSError: If the directory cannot be written.
    """
    check_version(base, version)
    base.mkdir(parents=True, exist_ok=True)
    temporary = pathlib.Path(
        tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX, dir=base)
    )
    # The server may run as somebody else, and `mkdtemp` shuts others out.
    temporary.chmod(0o777 & ~_umask())
    try:
        yield temporary, lambda: _publish(temporary, base, version)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def versions(base: pathlib.Path) -> list[int]:
    """Returns the numbers of the versions in a model's directory, ascending."""
    if not base.is_dir():
        return []
    return sorted(
        int(entry.name)
        for entry in base.iterdir()
        if entry.name.isdecimal() and entry.is_dir()
    )


def check_version(base: pathlib.Path, version: int | None):
    """Checks that a model's directory can take this version.

    Raises:
        ValueError: If there is such a version, or it is no positive integer.
    """
    if version is None:
        return
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ValueError(
            f"`version` must be an integer of at least 1. Received: {version!r}"
        )
    if (base / str(version)).exists():
        raise ValueError(
            f"`version` must be a new one; {base} holds "
            f"{versions(base)}. Received: {version}"
        )


def newest_version(path: str | pathlib.Path) -> pathlib.Path:
    """Returns the newest version in a model's directory, or a version itself.

    Args:
        path: A version, as `models/made/1`, or the directory of a model.
    """
    path = pathlib.Path(path)
    is_version = (path / "saved_model.pb").exists()
    numbers = [] if is_version else versions(path)
    return path / str(numbers[-1]) if numbers else path


def replace_text(path: pathlib.Path, text: str):
    """Writes a text file that is the old one or the new one, never half."""
    temporary = path.with_name(f"{_TEMPORARY_PREFIX}{path.name}")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def _publish(temporary, base, version):
    _flush(temporary)
    target = base / str(version or max(versions(base), default=0) + 1)
    while True:
        try:
            # Fails where another process has just published this number.
            temporary.rename(target)
        except OSError:
            if version is not None or not target.exists():
                raise
            target = base / str(int(target.name) + 1)
        else:
            return target


def _flush(directory):
    """Has all files on the disk before their directory gets its name."""
    for path in directory.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())


def _umask():
    umask = os.umask(0)
    os.umask(umask)
    return umask
