"""`tfar complete`: completions of examples that are partly known."""

import argparse
import pathlib

from ..media import draws
from ..media import medium_of
from ..media.known import KNOWN
from ..media.known import known_positions
from ..training.finished_run import finished_run
from . import run_data
from .arguments import add_data_dir
from .arguments import add_draws
from .arguments import add_run
from .drawn_files import files_to_write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_run(parser)
    add_draws(parser, num=16)
    parser.add_argument(
        "--known",
        choices=KNOWN,
        default="top",
        help="the part that the model is told (default: top)",
    )
    parser.add_argument(
        "--input",
        metavar="FILE",
        help="rows with empty places to fill instead, a .csv file for a run on "
        "a table",
    )
    add_data_dir(parser)


def run(arguments: argparse.Namespace) -> None:
    """Complete partly known test examples with a finished run's model."""
    directory = finished_run(arguments.run)
    config, model = directory.read_config(), directory.load_model()
    medium = medium_of(model, directory.rate(), directory.table())
    if arguments.input:
        return _fill(arguments, directory, medium)
    name = f"completions-{arguments.known}-seed-{arguments.seed}"
    paths = files_to_write(
        arguments.out, directory.made_file(name), medium.completion_suffixes
    )
    known = known_positions(
        arguments.known, model.event_shape, seed=arguments.seed
    )
    if draws.known_too_late(model, known):
        print(
            f"The model draws the known part ({arguments.known}) last, so the "
            "completions do not depend on it."
        )
    originals, completed = draws.draw_completions(
        model,
        run_data.load(config, arguments).test,
        arguments.num,
        known,
        seed=arguments.seed,
    )
    for path in paths:
        medium.save_completions(path, originals, known, completed)
        print(path)


def _fill(arguments, directory, medium):
    """Writes the rows of --input with what is missing in them drawn."""
    default = directory.made_file(f"filled-seed-{arguments.seed}")
    (path,) = files_to_write(arguments.out, default, (".csv",))
    medium.fill(pathlib.Path(arguments.input), path, arguments.seed)
    print(path)
