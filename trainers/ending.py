"""The ways in which `tfar` ends: exit statuses, and messages about errors."""

import os
import platform
import shlex
import sys
import traceback
from collections.abc import Callable

from .errors import UsageError

USAGE = 2
# sysexits.h has this status for faults of a program.
FAULT = 70
INTERRUPTED = 130
# Shells have this status for programs that the signal SIGPIPE, 13, ends.
UNREAD = 128 + 13


def ended(command: Callable[[], int | None], words: list[str]) -> int:
    """Runs a command and returns the exit status.

    Whatever the user can put right ends with a sentence. Where nobody reads the
    output any longer, as behind `| head`, the end is quiet. Everything else is
    a fault of the program, and ends with a report to send to its authors.

    Args:
        command: The command; it returns its exit status, `None` for 0.
        words: The command line, for the report.
    """
    try:
        status = _status(command, words)
        # The last lines may still lie in a buffer.
        print(end="", flush=True)
    except BrokenPipeError:
        # Python writes what is left once more when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREAD
    return status


def _status(command, words):
    try:
        return command() or 0
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        return _said(
            "interrupted. A training run continues after its last finished "
            "epoch with the same command.",
            INTERRUPTED,
        )
    except (UsageError, ImportError) as error:
        return _said(str(error), USAGE)
    except OSError as error:
        return _said(_of_system(error), USAGE)
    except Exception as error:
        if _is_of_resources(error):
            return _said(
                "there is not enough memory, or no room on the disk, for "
                f"this: {_first_line(error)}",
                USAGE,
            )
        return _said(_report(words), FAULT)


def _said(message: str, status: int) -> int:
    start = "\n" if status == INTERRUPTED else ""
    print(f"{start}tfar: {message}", file=sys.stderr)
    return status


def _of_system(error: OSError) -> str:
    """Returns the refusal of the operating system, with the file's name."""
    if error.filename is None or not error.strerror:
        return str(error) or type(error).__name__
    return f"{error.filename}: {error.strerror}."


def _is_of_resources(error: Exception) -> bool:
    # Only a process that imported TensorFlow can have an error of it.
    tensorflow = sys.modules.get("tensorflow")
    of_tensorflow = (
        (tensorflow.errors.ResourceExhaustedError,) if tensorflow else ()
    )
    return isinstance(error, (MemoryError, *of_tensorflow))


def _first_line(error: Exception) -> str:
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[0][:300]


def _report(words: list[str]) -> str:
    import tf_autoregressive

    modules = [
        f"{name} {getattr(sys.modules[name], '__version__', 'unknown')}"
        for name in ("tensorflow", "keras", "numpy")
        if name in sys.modules
    ]
    versions = [
        f"tf_autoregressive {tf_autoregressive.__version__}",
        f"Python {platform.python_version()}",
        *modules,
    ]
    return (
        "this is a fault of the program, not yours. Please open an issue with "
        "these lines, without what is nobody's business:\n\n"
        f"versions: {', '.join(versions)}\n"
        f"command:  tfar {shlex.join(_without_secrets(words))}\n\n"
        f"{traceback.format_exc()}"
    )


def _without_secrets(words: list[str]) -> list[str]:
    """Returns the command line without the values of headers."""
    shown = list(words)
    for index, word in enumerate(words):
        if word.startswith("--header="):
            shown[index] = "--header=..."
        elif word == "--header" and index + 1 < len(words):
            shown[index + 1] = "..."
    return shown
