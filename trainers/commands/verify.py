"""`tfar verify`: a check that an export answers as the model did."""

import argparse

from ..errors import usage_errors
from ..sibling import verifier


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.epilog = (
        "The model is loaded in a process that can import neither "
        "tf_autoregressive nor Keras. The exit status is 1 if an answer "
        "differs."
    )
    parser.add_argument(
        "path",
        metavar="PATH",
        help="a version, or the directory of a model for its newest",
    )


def run(arguments: argparse.Namespace) -> int:
    """Check an exported model against the answers recorded in it.

    Returns:
        1 if an answer differs.
    """
    with usage_errors():
        return int(not verifier()(arguments.path))
