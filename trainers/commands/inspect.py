"""`tfar inspect`: a report on what each position of a model sees."""

import argparse

from ..files import output_file
from ..training.finished_run import finished_run
from .arguments import add_run
from .arguments import seed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.epilog = (
        "The exit status is 1 if there is a leak: a position that sees itself "
        "or what is drawn after it. A conditional model is tried with random "
        "contexts."
    )
    add_run(parser)
    chosen = parser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--position",
        action="append",
        type=_coordinates,
        default=[],
        dest="positions",
        metavar="ROW,COL[,CHANNEL]",
        help="the position to look at, counted from 0, for a vector INDEX; may "
        "be repeated (default: the first, the last and, for images, the "
        "corners and the centre, else the middle)",
    )
    chosen.add_argument("--all", action="store_true", help="all positions")
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="a .png file (default: RUN/dependencies.png)",
    )
    parser.add_argument(
        "--seed", type=seed, default=0, help="seed of the trials (default: 0)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Show what a finished run's model sees of an event, position by position.

    Returns:
        1 if a position sees what it must not: itself, or what is drawn later.
    """
    directory = finished_run(arguments.run)
    # Reading this first gives the clearer error if there is no run.
    directory.read_config()
    path = output_file(
        arguments.out or directory.made_file(directory.dependencies.name),
        ".png",
    )
    model = directory.load_model()
    from ..reports import inspection

    positions = inspection.chosen_positions(
        model.site_shape, arguments.positions, everything=arguments.all
    )
    found = inspection.find(model, positions, seed=arguments.seed)
    # The report of a long search must not wait for the picture.
    print(inspection.report(found))
    inspection.save_picture(path, found)
    print(path)
    return int(found.leaks.any())


def _coordinates(text: str) -> tuple[int, ...]:
    """Parses integers from 0 with commas between them."""
    parts = text.split(",")
    if not all(part.isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(
            f"must be integers from 0, as in 14,14: {text}"
        )
    return tuple(map(int, parts))
