"""`tfar publish`: the folder of a trained model, for others to load."""

import argparse
import pathlib

from ..training.run_directory import RunDirectory


def add_arguments(parser: argparse.ArgumentParser):
    """Adds the arguments of the subcommand."""
    parser.add_argument(
        "run", metavar="RUN", help="directory of a finished run"
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="FOLDER",
        help="folder in which one appears that is named after the recipe",
    )


def run(arguments: argparse.Namespace):
    """Write a finished run's model with its record, without what trains it."""
    directory = RunDirectory(arguments.run)
    # Reading the recipe first gives the clearer error if there is no run.
    directory.recipe()
    from ..training.publishing import publish

    print(publish(directory, pathlib.Path(arguments.to)))
