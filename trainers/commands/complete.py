"""`tfar complete`: completions of examples that are partly known."""

import argparse

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
    add_data_dir(parser)


def run(arguments: argparse.Namespace) -> None:
    """Complete partly known test examples with a finished run's model."""
    directory = finished_run(arguments.run)
    config, model = directory.read_config(), directory.load_model()
    medium = medium_of(model, directory.rate())
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
