"""`tfar compare`: several runs beside each other."""

import argparse

from ..files import output_file
from ..reports import comparison
from ..training.run_directory import RunDirectory


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.add_argument(
        "runs", nargs="+", metavar="RUN", help="directory of a run"
    )
    parser.add_argument(
        "--out",
        default="comparison.png",
        metavar="FILE",
        help="a .png file (default: comparison.png)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Compare runs: their learning curves and their results."""
    path = output_file(arguments.out, ".png")
    directories = list(map(RunDirectory, arguments.runs))
    print(comparison.table(directories))
    comparison.save_curves(path, directories)
    print(path)
