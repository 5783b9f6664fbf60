"""Fingerprints of files: SHA-256 of their contents."""

import hashlib
import pathlib

from tf_autoregressive.trained import MODEL_FILES

# `sha256sum -c` reads it in the directory of the version.
_SUMS = pathlib.Path("assets.extra", "SHA256SUMS")


def sha256(path: pathlib.Path) -> str:
    """Returns the SHA-256 of the contents of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def of_model(path: pathlib.Path) -> str:
    """Returns a hash of a `.keras` file, or of a folder that Keras loads."""
    if path.is_dir():
        return of_files([path / name for name in MODEL_FILES], path)
    return sha256(path)


def of_files(files: list[pathlib.Path], folder: pathlib.Path) -> str:
    """Returns one hash of the names and the contents of files, in this order.

    Args:
        files: The paths of the files.
        folder: The folder to which their names are relative.
    """
    return hashlib.sha256(_sums(files, folder).encode()).hexdigest()


def of_version(path: pathlib.Path) -> str:
    """Returns a hash of the graph and the weights of a SavedModel."""
    return of_files(_computed_with(path), path)


def write_sums(path: pathlib.Path) -> None:
    """Writes the hashes of its graph and weights into a SavedModel."""
    sums = _sums(_computed_with(path), path)
    (path / _SUMS).write_text(sums, encoding="utf-8")


def check_sums(path: pathlib.Path) -> None:
    """Checks the graph and the weights of a SavedModel by its hashes, if any.

    Raises:
        ValueError: If a file is not the one that was written.
    """
    if not (path / _SUMS).exists():
        return
    written = (path / _SUMS).read_text(encoding="utf-8", errors="replace")
    found = _sums(_computed_with(path), path)
    different = set(written.splitlines()) ^ set(found.splitlines())
    if different:
        names = {line.partition("  ")[2] for line in different}
        raise ValueError(
            f"{path} is damaged: not as it was exported are "
            f"{', '.join(sorted(names))}."
        )


def _computed_with(path):
    return [path / "saved_model.pb", *sorted((path / "variables").iterdir())]


def _sums(files, folder):
    lines = (
        f"{sha256(file)}  {file.relative_to(folder).as_posix()}\n"
        for file in files
    )
    return "".join(lines)
