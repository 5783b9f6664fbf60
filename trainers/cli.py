"""The console command `tfar`: its arguments, and how it ends.

The subcommands are in `commands`.
"""

import argparse
import io
import sys
import textwrap

from . import commands
from . import tensorflow_log
from .ending import ended
from .errors import UsageError
from .parsing import Parser

_ABOUT = "Deep autoregressive models: train, draw, score, compress."

# Names stand in a column of this width, and lines end before the 80th.
_NAMES, _WIDTH = 14, 79


def main(argv: list[str] | None = None) -> int:
    """Runs `tfar` with these arguments, by default those of the process.

    Returns:
        The exit status: 0, or 1 for a model that breaks its promise, or 2 for
        what the user can put right, or 70 for a fault of the program, or 130
        when interrupted, or 141 where nobody reads the output any longer.
    """
    tensorflow_log.silence()
    _escape_what_the_terminal_cannot_show()
    words = sys.argv[1:] if argv is None else argv
    return ended(lambda: _run(words), words)


def _run(words: list[str]) -> int | None:
    try:
        arguments = _parsed(words)
    except SystemExit as end:
        return int(end.code or 0)
    if any("\0" in word for word in words):
        raise UsageError("An argument must not hold the character NUL.")
    return arguments.command.run(arguments)


def _escape_what_the_terminal_cannot_show():
    """Lets a stream print what it cannot encode, as standard error does."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _parsed(words: list[str]) -> argparse.Namespace:
    arguments, unknown = parser().parse_known_args(words)
    if unknown:
        # What is unknown to the subcommand comes back to the parser above it.
        arguments.parser.refuse(unknown)
    return arguments


def parser() -> Parser:
    """Returns the parser of all commands."""
    program = _Program(
        prog="tfar",
    )
    subparsers = program.add_subparsers(
        required=True, metavar="COMMAND", parser_class=Parser
    )
    for name in commands.names():
        _add(subparsers, name)
    return program


class _Program(Parser):
    """The parser of all commands, whose help has them in groups.

    The groups of argparse cannot hold subcommands.
    """

    def format_help(self) -> str:
        lines = [self.format_usage(), _ABOUT]
        for title, names in commands.GROUPS.items():
            lines += ["", f"{title}:", *map(_help_of, names)]
        hint = "`tfar COMMAND --help` lists the arguments of a command."
        return "\n".join([*lines, "", hint, ""])


def _add(subparsers, name: str):
    command = commands.command(name)
    description = commands.description(name)
    subparser = subparsers.add_parser(
        name, help=description, description=description
    )
    subparser.set_defaults(command=command, parser=subparser)
    command.add_arguments(subparser)


def _help_of(name: str) -> str:
    return textwrap.fill(
        commands.description(name),
        width=_WIDTH,
        initial_indent=f"  {name:<{_NAMES - 2}}",
        subsequent_indent=" " * _NAMES,
    )


if __name__ == "__main__":
    sys.exit(main())
