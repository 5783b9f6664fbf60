"""The directory of a served model: versions that appear whole or not at all."""

import contextlib
import pathlib
import re
import shutil
import tempfile
from collections.abc import Callable
from collections.abc import Iterator

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.files import TEMPORARY_PREFIX
from tf_autoregressive.files import flush
from tf_autoregressive.files import one_of_several_writers
from tf_autoregressive.files import umask

# Files beside the versions that every export replaces.
REQUESTS = "requests"
# Servers read the names of versions into 64 bits, and do not see larger ones.
_LARGEST = 2**63 - 1


@contextlib.contextmanager
def new_version(
    base: pathlib.Path, version: int | None = None
) -> Iterator[tuple[pathlib.Path, Callable[[], pathlib.Path]]]:
    """Yields an empty directory that becomes a version when the block succeeds.

    A server that polls `base` sees all of the version or nothing. If the block
    fails, nothing of it is left. The remains of exports that were killed are
    removed first, unless another one is writing.

    Args:
        base: The directory of the model; made if it does not exist.
        version: The number of the version, at least 1; `None` for the next.

    Yields:
        `(directory, publish)`: the directory to write, and a function that
        gives it its number and returns the path it has from then on.

    Raises:
        ValueError: If there is such a version, or it is not such a number.
        OSError: If the directory cannot be written.
    """
    check_version(base, version)
    base.mkdir(parents=True, exist_ok=True)
    with one_of_several_writers(base, base / REQUESTS):
        temporary = pathlib.Path(
            tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=base)
        )
        # The server may run as another user, and `mkdtemp` shuts others out.
        temporary.chmod(0o777 & ~umask())
        try:
            yield temporary, lambda: _publish(temporary, base, version)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def versions(base: pathlib.Path) -> list[int]:
    """Returns the numbers of the versions in a model's directory, ascending."""
    return sorted(_directories(base))


def check_version(base: pathlib.Path, version: int | None) -> None:
    """Checks that a model's directory can take this version.

    Raises:
        ValueError: If there is such a version, or it is not an integer from 1
            to 2**63 - 1.
    """
    if version is None:
        return
    checked_count("version", version, at_most=_LARGEST)
    if version in versions(base) or (base / str(version)).exists():
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
    directories = {} if is_version else _directories(path)
    return directories[max(directories)] if directories else path


def _directories(base):
    """Returns the directories that servers take for versions, by number."""
    if not base.is_dir():
        return {}
    names = [
        entry.name
        for entry in base.iterdir()
        # Zeros in front are read over.
        if re.fullmatch("[0-9]+", entry.name)
        and int(entry.name) <= _LARGEST
        and entry.is_dir()
    ]
    # A name without zeros comes last, and counts, because versions are written
    # so.
    names.sort(key=len, reverse=True)
    return {int(name): base / name for name in names}


def _publish(temporary, base, version):
    # After a power cut a name without its contents would be a broken version.
    for path in temporary.rglob("*"):
        if path.is_file():
            flush(path)
    target = base / str(version or max(versions(base), default=0) + 1)
    while True:
        try:
            # This fails if another process has just published this number.
            temporary.rename(target)
        except OSError:
            if version is not None or not target.exists():
                raise
            target = base / str(int(target.name) + 1)
        else:
            return target
