"""`tfar compare`: several runs beside each other."""

import argparse

from ..files import output_file
from ..reports import comparison
from ..training.run_directory import RunDirectory
from .arguments import add_runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_runs(parser, help="directory of a run", out="comparison.png")


def run(arguments: argparse.Namespace) -> None:
    """Compare runs: their learning curves and their results."""
    path = output_file(arguments.out, ".png")
    directories = list(map(RunDirectory, arguments.runs))
    print(comparison.table(directories))
    comparison.save_curves(path, directories)
    print(path)
