"""Arguments that several subcommands take, and the values that they allow."""

import argparse
import pathlib
from collections.abc import Callable
from typing import Any

# NumPy takes seeds below, TensorFlow counts below.
_SEEDS, _NUMBERS = 2**32, 2**31


def add_run(parser: argparse.ArgumentParser) -> None:
    """Adds the directory of a finished run, or the name of a model."""
    parser.add_argument(
        "run",
        metavar="RUN",
        help="directory of a finished run, or the name of a trained model of "
        "the package (`tfar models` lists them)",
    )


def add_runs(parser: argparse.ArgumentParser, *, help: str, out: str) -> None:
    """Adds the directories of several runs, and the file that is made of them.

    Args:
        parser: The parser of the subcommand.
        help: The help about a directory.
        out: The file without the argument.
    """
    parser.add_argument("runs", nargs="+", metavar="RUN", help=help)
    parser.add_argument(
        "--out",
        default=out,
        metavar="FILE",
        help=f"a {pathlib.PurePath(out).suffix} file (default: {out})",
    )


def add_draws(parser: argparse.ArgumentParser, num: int) -> None:
    """Adds the number of draws, their seed and their file.

    Args:
        parser: The parser of the subcommand.
        num: The number of draws without the argument.
    """
    parser.add_argument(
        "--num",
        type=positive(int),
        default=num,
        metavar="N",
        help=f"number of draws (default: {num})",
    )
    parser.add_argument(
        "--seed", type=seed, default=0, help="seed of the draws (default: 0)"
    )
    parser.add_argument(
        "--out",
        metavar="FILE",
        help="a .png, .txt, .csv or .wav file, as it suits the draws, or a "
        ".npz file",
    )


def add_data_dir(parser: argparse.ArgumentParser) -> None:
    """Adds the place of a finished run's data."""
    parser.add_argument(
        "--data-dir",
        "--data",
        metavar="PATH",
        help="folder of the data (default: the one of the training)",
    )
    add_held_out(parser)


def add_held_out(parser: argparse.ArgumentParser) -> None:
    """Adds the files of the splits that are held out."""
    for split in ("validation", "test"):
        parser.add_argument(
            f"--{split}",
            metavar="PATH",
            help=f"your own {split} data, if it is apart from --data",
        )


def seed(text: str) -> int:
    """Parses an integer from 0."""
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or above: {text}")
    if number >= _SEEDS:
        raise argparse.ArgumentTypeError(f"must be below 2**32: {text}")
    return number


# argparse names it in the message about text that is not a number.
seed.__name__ = "int"


def positive(number_type: type) -> Callable[[str], Any]:
    """Returns a parser of numbers of this type above 0."""

    def parse(text: str):
        number = number_type(text)
        if not number > 0:
            raise argparse.ArgumentTypeError(f"must be above 0: {text}")
        if number >= _NUMBERS:
            raise argparse.ArgumentTypeError(f"must be below 2**31: {text}")
        return number

    # argparse names this parser, too.
    parse.__name__ = number_type.__name__
    return parse


def rate(text: str) -> float:
    """Parses a number above 0 and below 1."""
    number = float(text)
    if not 0 < number < 1:
        raise argparse.ArgumentTypeError(f"must be above 0 and below 1: {text}")
    return number


# argparse names it in the message about text that is not a number.
rate.__name__ = "float"
