"""Commands as doors: what they print, and how they refuse."""

import contextlib
import io

from trainers.cli import main


class RefusedError(Exception):
    """The message with which a command ended with status 2."""


def printed(words) -> str:
    """Returns what `tfar` prints with these arguments.

    Raises:
        RefusedError: If it ends with status 2 and a message.
    """
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        status = main(words)
    if status == 2 and said.getvalue().strip():
        raise RefusedError(said.getvalue())
    assert status == 0, said.getvalue()
    return said.getvalue()
