"""The console command `tfar`: its arguments, and how it ends.

The subcommands are in `commands`.
"""

import argparse
import io
import sys

from . import commands
from . import tensorflow_log
from .ending import ended
from .errors import UsageError


def main(argv: list[str] | None = None) -> int:
    """Runs `tfar` with these arguments, by default those of the process.

    Returns:
        The exit status: 0, or 1 for a model that breaks its promise, or 2 for
        what the user can put right, or 70 for a fault of the program, or 130
        when interrupted.
    """
    tensorflow_log.silence()
    _escape_what_the_terminal_cannot_show()
    words = sys.argv[1:] if argv is None else argv
    try:
        arguments = _parser().parse_args(words)
    except SystemExit as end:
        return int(end.code or 0)
    return ended(lambda: _run(arguments, words), words)


def _run(arguments: argparse.Namespace, words: list[str]) -> int | None:
    if any("\0" in word for word in words):
        raise UsageError("An argument must not hold the character NUL.")
    return arguments.command.run(arguments)


def _escape_what_the_terminal_cannot_show():
    """Lets a stream print what it cannot encode, as standard error does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tfar", description="Deep autoregressive models from recipes."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in commands.COMMANDS:
        _add(subparsers, command)
    return parser


def _add(subparsers, command):
    description = command.run.__doc__.splitlines()[0]
    subparser = subparsers.add_parser(
        command.__name__.rpartition(".")[2],
        help=description,
        description=description,
    )
    subparser.set_defaults(command=command)
    command.add_arguments(subparser)


if __name__ == "__main__":
    sys.exit(main())
