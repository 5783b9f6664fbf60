"""The console command `tfar`: its arguments, and how it ends.

What the subcommands do is in `commands`. Neither imports TensorFlow before it
is needed, so that help, the list of recipes and mistakes on the command line
come at once.
"""

import argparse
import sys

from . import commands
from .errors import UsageError
from .known import KNOWN


def main(argv: list[str] | None = None) -> int:
    """Runs `tfar` with these arguments, by default the process's own.

    Returns:
        The exit status: 0, or 2 for what the user can put right, or 130 when
        interrupted.
    """
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        arguments.command(arguments)
    except UsageError as error:
        print(f"tfar: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(
            "\ntfar: interrupted. A training run continues after its last "
            "finished epoch with the same command.",
            file=sys.stderr,
        )
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tfar", description="Deep autoregressive models from recipes."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(subparsers)
    _add_evaluate(subparsers)
    _add_sample(subparsers)
    _add_complete(subparsers)
    _add(subparsers, "recipes", commands.list_recipes)
    return parser


def _add(subparsers, name: str, command) -> argparse.ArgumentParser:
    description = command.__doc__.splitlines()[0]
    subparser = subparsers.add_parser(
        name, help=description, description=description
    )
    subparser.set_defaults(command=command)
    return subparser


def _add_train(subparsers):
    subparser = _add(subparsers, "train", commands.train)
    subparser.add_argument(
        "recipes",
        nargs="+",
        metavar="RECIPE",
        help="a recipe, or a family of them; `tfar recipes` lists them",
    )
    subparser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="KEY=VALUE",
        help="change a setting, e.g. epochs=5 or model_options.units=500,500",
    )
    subparser.add_argument(
        "--run-dir",
        metavar="DIR",
        help="where the run is kept (default: runs/RECIPE)",
    )
    _add_data_dir(subparser)


def _add_evaluate(subparsers):
    subparser = _add_run_command(subparsers, "evaluate", commands.evaluate)
    subparser.add_argument(
        "--split", choices=("train", "validation", "test"), default="test"
    )
    _add_data_dir(subparser)


def _add_sample(subparsers):
    subparser = _add_run_command(subparsers, "sample", commands.sample)
    _add_draw_arguments(subparser, num=64)
    subparser.add_argument(
        "--temperature",
        type=_positive(float),
        default=1.0,
        help="below 1 sharpens every conditional (default: 1)",
    )
    _add_data_dir(subparser)


def _add_complete(subparsers):
    subparser = _add_run_command(subparsers, "complete", commands.complete)
    _add_draw_arguments(subparser, num=16)
    subparser.add_argument(
        "--known",
        choices=KNOWN,
        default="top",
        help="what the model is told of an image (default: top)",
    )
    _add_data_dir(subparser)


def _add_run_command(subparsers, name, command) -> argparse.ArgumentParser:
    subparser = _add(subparsers, name, command)
    subparser.add_argument(
        "run", metavar="RUN", help="directory of a finished run"
    )
    return subparser


def _add_draw_arguments(subparser, num: int):
    subparser.add_argument(
        "--num",
        type=_positive(int),
        default=num,
        metavar="N",
        help=f"how many (default: {num})",
    )
    subparser.add_argument(
        "--seed", type=int, default=0, help="of the draws (default: 0)"
    )
    subparser.add_argument("--out", metavar="FILE", help="a .png or .npz file")


def _add_data_dir(subparser):
    subparser.add_argument(
        "--data-dir", metavar="DIR", help="where the data set's files are"
    )


def _positive(number_type):
    """Returns a parser of numbers of this type above 0."""

    def parse(text: str):
        number = number_type(text)
        if not number > 0:
            raise argparse.ArgumentTypeError(f"must be above 0: {text}")
        return number

    # argparse names the function in the message about text that is no number.
    parse.__name__ = number_type.__name__
    return parse


if __name__ == "__main__":
    sys.exit(main())
