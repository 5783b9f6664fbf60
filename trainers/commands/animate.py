"""`tfar animate`: an animation of a trained model."""

import argparse

from ..files import output_file
from ..files import replacing
from ..media import Text
from ..media import medium_of
from ..media.draws import spread
from ..media.known import KNOWN
from ..training.finished_run import finished_run
from . import run_data
from .arguments import add_data_dir
from .arguments import add_run
from .arguments import seed

# The names are those of `animations.KINDS`, whose import takes TensorFlow.
_KINDS = ("drawing", "completions", "receptive-field", "text")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_run(parser)
    parser.add_argument(
        "--show",
        choices=_KINDS,
        help="an image that grows beside the probability of its pixels, "
        "completions that grow, what a pixel sees as layers are added, or a "
        "text in the colours of its surprise (default: drawing, for a model "
        "of texts text)",
    )
    parser.add_argument(
        "--to",
        metavar="FILE",
        help="a .webp file; a still picture of the same name, a .png file, "
        "goes beside it (default: RUN/KIND.webp)",
    )
    parser.add_argument(
        "--known",
        choices=KNOWN,
        default="top",
        help="the part that completions are told (default: top)",
    )
    parser.add_argument(
        "--seed", type=seed, default=0, help="seed of the draws (default: 0)"
    )
    add_data_dir(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write an animation of a finished run's model at work."""
    directory = finished_run(arguments.run)
    config, model = directory.read_config(), directory.load_model()
    of_text = isinstance(medium_of(model), Text)
    kind = arguments.show or ("text" if of_text else "drawing")
    default = directory.made_file(f"{kind}.webp")
    path = output_file(arguments.to or default, ".webp", "--to")
    from .. import animations
    from ..animations.asked import Asked
    from ..animations.file import save

    def examples(num):
        return spread(run_data.load(config, arguments).test, num)[0]

    frames = animations.KINDS[kind].frames(
        model, Asked(arguments.seed, arguments.known, examples)
    )
    still = path.with_suffix(".png")
    with replacing(path) as moving, replacing(still) as standing:
        save(moving, standing, frames)
    print(path)
    print(still)
