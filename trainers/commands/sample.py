"""`tfar sample`: draws of a finished run's model."""

import argparse

from tf_autoregressive.sampling_options import OPTIONS

from ..media import draws
from ..media import medium_of
from ..training.finished_run import finished_run
from . import run_data
from .arguments import add_data_dir
from .arguments import add_draws
from .arguments import add_run
from .arguments import positive
from .drawn_files import files_to_write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_run(parser)
    add_draws(parser, num=64)
    for name, option in OPTIONS.items():
        parser.add_argument(
            f"--{name.replace('_', '-')}",
            type=_allowed(option),
            help=option.help,
        )
    parser.add_argument(
        "--prime", metavar="TEXT", help="a beginning that texts continue"
    )
    parser.add_argument(
        "--steps",
        type=positive(int),
        help="how many characters of a text, or samples of sound, to draw "
        "(default: those of an example)",
    )
    parser.add_argument(
        "--stream",
        action="store_true",
        help="print a text as it is drawn",
    )
    add_data_dir(parser)


def run(arguments: argparse.Namespace) -> None:
    """Draw samples from a finished run's model."""
    directory = finished_run(arguments.run)
    config, model = directory.read_config(), directory.load_model()
    medium = medium_of(model, directory.rate(), directory.table())
    medium.check_request(
        prime=arguments.prime,
        steps=arguments.steps,
        stream=arguments.stream,
        out=arguments.out,
    )
    numbers = {name: getattr(arguments, name) for name in OPTIONS}
    draws.check_options(model, **numbers)
    paths = files_to_write(
        arguments.out,
        directory.made_file(f"samples-seed-{arguments.seed}"),
        medium.sample_suffixes,
    )
    asked = {
        "seed": arguments.seed,
        "steps": arguments.steps,
        "prime": arguments.prime,
        **numbers,
    }
    if arguments.stream:
        return medium.stream(**asked)
    contexts = None
    if model.context.expected:
        contexts = run_data.load(config, arguments).test
    samples = medium.draw(arguments.num, contexts=contexts, **asked)
    for path in paths:
        medium.save_samples(path, samples)
        print(path)


def _allowed(option):
    """Returns a parser of the numbers that a sampling option allows."""

    def parse(text: str):
        number = option.kind(text)
        if not option.allows(number):
            raise argparse.ArgumentTypeError(f"must be {option.rule}: {text}")
        return number

    # argparse names it in the message about text that is not a number.
    parse.__name__ = option.kind.__name__
    return parse
