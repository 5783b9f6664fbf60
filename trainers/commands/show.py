"""`tfar show`: pictures of a trained model."""

import argparse

from ..files import output_file
from ..files import replacing
from ..media import Image
from ..media import medium_of
from ..training.finished_run import finished_run
from . import run_data
from .arguments import add_data_dir
from .arguments import add_run
from .arguments import seed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_run(parser)
    parser.add_argument(
        "kind",
        choices=Image.pictures,
        help="weights of the first layer, predicted distributions of some "
        "values, the cost of each pixel of test examples, masks, or samples "
        "beside their nearest training examples",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="a .png file (default: RUN/KIND.png)"
    )
    parser.add_argument(
        "--seed", type=seed, default=0, help="seed of the samples (default: 0)"
    )
    add_data_dir(parser)


def run(arguments: argparse.Namespace) -> None:
    """Draw a picture of what a finished run's model learned."""
    directory = finished_run(arguments.run)
    config = directory.read_config()
    path = directory.made_file(f"{arguments.kind}.png")
    path = output_file(arguments.out or path, ".png")
    model = directory.load_model()
    from ..media import pictures

    picture = pictures.png(
        arguments.kind,
        medium_of(model),
        lambda: run_data.load(config, arguments),
        seed=arguments.seed,
    )
    with replacing(path) as temporary:
        temporary.write_bytes(picture)
    print(path)
