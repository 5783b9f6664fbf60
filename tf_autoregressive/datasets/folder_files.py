"""A list of the files in a folder."""

import operator
import os
import pathlib

from tf_autoregressive.types import Path


def folder_files(folder: Path, suffixes: tuple[str, ...]) -> list[pathlib.Path]:
    """Returns the paths of files in a folder and below it, sorted.

    There are none where there is no such folder.

    Files and folders whose names begin with a dot are left out: systems put
    notes of their own beside a user's files, as `._cat.png` or `.DS_Store`.

    Args:
        folder: The folder.
        suffixes: The endings of names, in small letters; capitals count too.

    Raises:
        OSError: If a folder cannot be listed.
    """

    def fail(error):
        raise error

    if not os.path.isdir(folder):
        return []
    found = []
    for parent, folders, files in os.walk(folder, onerror=fail):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            pathlib.Path(parent, name)
            for name in files
            if not name.startswith(".") and name.lower().endswith(suffixes)
        ]
    # They are sorted by parts, as paths compare, but each is taken apart once.
    return sorted(
        filter(pathlib.Path.is_file, found), key=operator.attrgetter("parts")
    )
