"""`tfar publish`: the folder of a trained model, for others to load."""

import argparse
import pathlib

from ..training.finished_run import finished_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="directory of a finished run, or the name of a trained model",
    )
    parser.add_argument(
        "--to",
        required=True,
        metavar="FOLDER",
        help="folder in which one appears that is named after the recipe",
    )


def run(arguments: argparse.Namespace) -> None:
    """Write a trained model with its card and its record, for others to load.

    The folder is a repository of the Hugging Face Hub: upload it, and
    hf://OWNER/NAME stands for the model.
    """
    directory = finished_run(arguments.run)
    # Reading this first gives the clearer error if there is no run.
    directory.read_config()
    from ..reports.publishing import publish

    print(publish(directory, pathlib.Path(arguments.to)))
