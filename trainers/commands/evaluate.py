"""`tfar evaluate`: the score of a finished run on a split."""

import argparse

from ..reports.summary import score_text
from ..training.finished_run import finished_run
from . import run_data
from .arguments import add_data_dir
from .arguments import add_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_run(parser)
    parser.add_argument(
        "--split", choices=("train", "validation", "test"), default="test"
    )
    add_data_dir(parser)


def run(arguments: argparse.Namespace) -> None:
    """Score a finished run's model on a split of its data."""
    directory = finished_run(arguments.run)
    config, model = directory.read_config(), directory.load_model()
    from ..training import scores

    data = run_data.load(config, arguments)
    examples = getattr(data, arguments.split)
    score = scores.score(model, examples, config.recipe.evaluation_batch_size)
    print(
        f"{arguments.run}: {score_text(score)} on "
        f"{score['examples']:,} {arguments.split} examples"
    )
