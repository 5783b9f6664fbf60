"""`tfar sample`: draws of a finished run's model."""

import argparse
import pathlib

from tf_autoregressive.sampling_options import OPTIONS

from ..training.run_directory import RunDirectory
from . import run_data
from .arguments import add_data_dir
from .arguments import add_draws
from .arguments import add_run
from .arguments import positive
from .drawn_files import files_to_write


def add_arguments(parser: argparse.ArgumentParser):
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


def run(arguments: argparse.Namespace):
    """Draw samples from a finished run's model."""
    directory = RunDirectory(arguments.run)
    recipe, model = directory.recipe(), directory.load_model()
    from ..media import draws
    from ..media import texts

    texts.check_options(model, arguments)
    draws.check_options(model, **_options(arguments))
    if texts.vocabulary(model) is not None:
        return _sample_texts(model, directory, arguments)
    rate = directory.read_result()["data"].get("rate")
    files = files_to_write(arguments, directory, "samples", model, rate)
    contexts = None
    if recipe.is_conditional:
        contexts = run_data.load(directory, recipe, arguments).test
    samples = draws.draw_samples(
        model,
        arguments.num,
        seed=arguments.seed,
        contexts=contexts,
        steps=arguments.steps,
        **_options(arguments),
    )
    for path in files:
        draws.save_samples(path, samples, model.num_levels, rate)
        print(path)


def _options(arguments: argparse.Namespace) -> dict:
    """Returns the sampling options of the draws."""
    return {name: getattr(arguments, name) for name in OPTIONS}


def _sample_texts(model, directory: RunDirectory, arguments):
    from ..media import texts

    path = directory.path / f"samples-seed-{arguments.seed}.txt"
    path = pathlib.Path(arguments.out or path)
    texts.check_file(path)
    steps = arguments.steps or model.event_shape[0]
    options = {
        "prime": arguments.prime or "",
        "seed": arguments.seed,
        **_options(arguments),
    }
    if arguments.stream:
        texts.print_as_drawn(model, steps, **options)
        return
    drawn = texts.draw_texts(model, arguments.num, steps, **options)
    texts.save_texts(path, drawn)
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
