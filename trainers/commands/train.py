"""`tfar train`: recipes, or models on your own data, trained or continued."""

import argparse

from ..errors import UsageError
from ..precision import advice
from ..recipe import Recipe
from ..reports.summary import summary
from ..strategies import NAMES
from ..tensorflow_log import import_tensorflow
from ..training.run_directory import RunDirectory
from . import choosing
from .arguments import add_held_out
from .arguments import positive
from .arguments import seed


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.add_argument(
        "recipes",
        nargs="*",
        metavar="RECIPE",
        help="a recipe, or a family of them; `tfar recipes` lists them; with "
        "--data also the name of a model, or none for one that suits the data",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        dest="assignments",
        metavar="KEY=VALUE",
        help="change a setting, e.g. epochs=5 or model_options.units=500,500",
    )
    parser.add_argument(
        "--minutes",
        type=positive(float),
        metavar="M",
        help="train for so long at most, with a learning rate that falls "
        "until then; scores and pictures come on top (default: those of the "
        "recipe; for a model's name 10)",
    )
    parser.add_argument(
        "--run-dir",
        metavar="DIR",
        help="folder that keeps the run (default: runs/RECIPE)",
    )
    parser.add_argument(
        "--strategy",
        choices=NAMES,
        default="default",
        help="the devices to train on: the one that TensorFlow chooses; all "
        "of this machine; those of all processes in TF_CONFIG, each started "
        "with this command; or a TPU (default: default)",
    )
    parser.add_argument(
        "--tensorboard",
        action="store_true",
        help="write events for TensorBoard into the run's directory: scores, "
        "speed, and draws of images, texts or sound after every epoch",
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="write a trace of some training steps for TensorBoard's profiler "
        "into the run's directory",
    )
    parser.add_argument(
        "--gradient-norm",
        action="store_true",
        help="show the norm of the gradient before it is clipped; may change "
        "the rounding of a step that XLA compiles",
    )
    parser.add_argument(
        "--data-dir",
        metavar="DIR",
        help="folder of the files of a published set",
    )
    _add_own_data(parser)


def _add_own_data(parser):
    group = parser.add_argument_group(
        "your own data",
        "A seed decides which examples are held out, where no files are given.",
    )
    group.add_argument(
        "--data",
        metavar="PATH",
        help="a folder of images or of .wav files, a text file, a table in a "
        ".csv or .parquet file, an .npz file, or .tfrecord files",
    )
    add_held_out(group)
    group.add_argument(
        "--context",
        dest="with_labels",
        choices=("labels",),
        help="condition the model on labels: the folders that files lie in, "
        "y_train and so on in an .npz file, the feature `label` of records",
    )
    group.add_argument(
        "--image-size",
        type=_image_size,
        metavar="N",
        help="pixels of a side, or HEIGHTxWIDTH (default: 32, for stored "
        "arrays their own)",
    )
    group.add_argument(
        "--channels",
        type=int,
        choices=(1, 3),
        help="channels of images: 1 for grey, 3 for colours (default: theirs)",
    )
    group.add_argument(
        "--levels",
        type=positive(int),
        metavar="N",
        help="values of a pixel, a sample of sound, or a number of an array; "
        "most bins of a column of a table (default: 256; for arrays their "
        "own; for tables 16)",
    )
    group.add_argument(
        "--steps",
        type=positive(int),
        metavar="N",
        help="characters, or samples of sound, or steps of a song, of an "
        "example (default: 256, 1024, whole songs)",
    )
    group.add_argument(
        "--rate",
        type=positive(int),
        metavar="HZ",
        help="samples a second of sound (default: 8000)",
    )
    group.add_argument(
        "--key", help="the feature in .tfrecord files (default: x)"
    )
    group.add_argument(
        "--column",
        dest="columns",
        type=_column,
        action="append",
        metavar="NAME=KIND",
        help="the kind of a column of a table, where its values do not say it: "
        "binary, categorical, count or real; none leaves it out",
    )
    group.add_argument(
        "--split-seed",
        type=seed,
        metavar="SEED",
        help="seed of the choice of held-out examples (default: 0)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Train recipes, or continue where training was interrupted."""
    chosen = choosing.chosen(arguments)
    if arguments.run_dir and len(chosen.recipes) > 1:
        raise UsageError(
            "--run-dir is for one recipe. Received: "
            + ", ".join(recipe.name for recipe in chosen.recipes)
        )
    for recipe in chosen.recipes:
        _train_one(recipe, chosen, arguments)


def _train_one(recipe: Recipe, chosen: choosing.Chosen, arguments):
    directory = RunDirectory(arguments.run_dir or f"runs/{recipe.name}")
    # This does not need TensorFlow, so it comes before TensorFlow is loaded.
    result = directory.finished_result(recipe, chosen.dataset)
    if result:
        print(f"{directory.path} holds this run, finished.")
    else:
        print(f"{recipe.name}: training in {directory.path}")
        import_tensorflow()
        from ..training import tensorboard
        from ..training.run import run

        if arguments.tensorboard:
            tensorboard.check_installed()

        print(advice(recipe, arguments.strategy), end="", flush=True)
        result = run(
            recipe,
            directory,
            data_dir=chosen.data_dir,
            data=chosen.data_of(recipe),
            strategy=arguments.strategy,
            # A terminal gets a bar as well, and a log gets a line an epoch.
            verbose=1,
            callbacks=lambda run: _watching(run, arguments),
        )
    print(summary(directory, result))


def _watching(run, arguments):
    """Returns the callbacks that show more of a run."""
    from ..training.profiling import Profile
    from ..training.tensorboard import GradientNorm
    from ..training.tensorboard import RunBoard

    callbacks = []
    if arguments.gradient_norm:
        callbacks.append(GradientNorm())
    path = run.directory.path / "tensorboard"
    if arguments.tensorboard:
        callbacks.append(RunBoard(path, run))
    if arguments.profile:
        callbacks.append(Profile(path))
    return tuple(callbacks)


def _image_size(text: str) -> tuple[int, int]:
    """Parses a size in pixels, or two with an x between them."""
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(s.isdecimal() and int(s) for s in sides):
        raise argparse.ArgumentTypeError(
            f"must be as 32 or 32x48, in pixels: {text}"
        )
    return int(sides[0]), int(sides[-1])


def _column(text: str) -> tuple[str, str]:
    """Parses the name of a column and its kind."""
    name, separator, kind = text.rpartition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"must be as age=count: {text}")
    return name, kind
