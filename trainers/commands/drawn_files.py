"""Paths of the files that hold draws."""

import pathlib

from ..errors import UsageError
from ..files import check_directory


def files_to_write(
    out: str | None, default: pathlib.Path, suffixes: tuple[str, ...]
) -> list[pathlib.Path]:
    """Returns the path of --out, or by default one path for each suffix.

    Args:
        out: The path that --out names, or `None`.
        default: The path of the draws without --out, without a suffix.
        suffixes: The endings of files that can hold the draws.

    Raises:
        UsageError: If --out has none of these endings, or its directory does
            not exist.
    """
    if not out:
        return [default.with_name(default.name + s) for s in suffixes]
    path = pathlib.Path(out)
    if path.suffix not in suffixes:
        raise UsageError(
            f"Draws of this model go into a file that ends in "
            f"{' or '.join(suffixes)}. Received: {path}"
        )
    check_directory(path)
    return [path]
