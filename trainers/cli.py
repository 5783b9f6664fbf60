"""The console command `tfar`: its arguments, and how it ends.

What the subcommands do is in `commands`. Neither imports TensorFlow before it
is needed, so that help, the list of recipes and mistakes on the command line
come at once.
"""

import argparse
import io
import sys

from tf_autoregressive.sampling_options import OPTIONS

from . import client_commands
from . import commands
from . import export_commands
from . import score_command
from . import tensorflow_log
from .errors import UsageError
from .media.known import KNOWN
from .strategies import NAMES

# Of `pictures`, which imports TensorFlow.
PICTURES = ("features", "histograms", "log_prob", "masks", "neighbours")


def main(argv: list[str] | None = None) -> int:
    """Runs `tfar` with these arguments, by default the process's own.

    Returns:
        The exit status: 0, or 1 for a model that breaks its promise, or 2 for
        what the user can put right, or 130 when interrupted.
    """
    tensorflow_log.silence()
    _escape_what_the_terminal_cannot_show()
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as end:
        return int(end.code or 0)
    try:
        return arguments.command(arguments) or 0
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


def _escape_what_the_terminal_cannot_show():
    """Makes printing it no error; the standard error stream does so itself."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tfar", description="Deep autoregressive models from recipes."
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_train(subparsers)
    _add_evaluate(subparsers)
    _add_sample(subparsers)
    _add_complete(subparsers)
    _add_inspect(subparsers)
    _add_show(subparsers)
    _add_compare(subparsers)
    _add(subparsers, "recipes", commands.list_recipes)
    _add(subparsers, "results", commands.write_results)
    _add_export(subparsers)
    _add_verify(subparsers)
    _add_score(subparsers)
    _add_client(subparsers)
    return parser


def _add(subparsers, name: str, command, **options) -> argparse.ArgumentParser:
    description = command.__doc__.splitlines()[0]
    subparser = subparsers.add_parser(
        name, help=description, description=description, **options
    )
    subparser.set_defaults(command=command)
    return subparser


def _add_train(subparsers):
    subparser = _add(subparsers, "train", commands.train)
    subparser.add_argument(
        "recipes",
        nargs="+",
        metavar="RECIPE",
        help="a recipe, or a family of them; `tfar recipes` lists them; with "
        "--data also the name of a model",
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
        "--minutes",
        type=_positive(float),
        metavar="M",
        help="train for so long at most, with a learning rate that falls "
        "until then; scores and pictures come on top (default: those of the "
        "recipe; for a model's name 10)",
    )
    subparser.add_argument(
        "--run-dir",
        metavar="DIR",
        help="where the run is kept (default: runs/RECIPE)",
    )
    subparser.add_argument(
        "--strategy",
        choices=NAMES,
        default="default",
        help="the devices to train on: the one that TensorFlow chooses; all "
        "of this machine; those of all processes in TF_CONFIG, each started "
        "with this command; or a TPU (default: default)",
    )
    subparser.add_argument(
        "--tensorboard",
        action="store_true",
        help="write events for TensorBoard into the run's directory: scores, "
        "speed, and draws of images, texts or sound after every epoch",
    )
    subparser.add_argument(
        "--profile",
        action="store_true",
        help="write a trace of some training steps for TensorBoard's profiler "
        "into the run's directory",
    )
    subparser.add_argument(
        "--gradient-norm",
        action="store_true",
        help="show the norm of the gradient before it is clipped; may change "
        "the rounding of a step that XLA compiles",
    )
    subparser.add_argument(
        "--data-dir", metavar="DIR", help="where a published set's files are"
    )
    _add_own_data(subparser)


def _add_own_data(subparser):
    group = subparser.add_argument_group(
        "your own data",
        "What of it is held out follows from a seed, where no files are given.",
    )
    group.add_argument(
        "--data",
        metavar="PATH",
        help="a folder of images or of .wav files, a text file, an .npz file, "
        "or .tfrecord files",
    )
    _add_held_out(group)
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
        help="of images: 1 for grey, 3 for colours (default: what they have)",
    )
    group.add_argument(
        "--levels",
        type=_positive(int),
        metavar="N",
        help="values of a pixel, a sample of sound, or a number of an array "
        "(default: 256; for arrays what they hold)",
    )
    group.add_argument(
        "--steps",
        type=_positive(int),
        metavar="N",
        help="characters, or samples of sound, or steps of a song, of an "
        "example (default: 256, 1024, whole songs)",
    )
    group.add_argument(
        "--rate",
        type=_positive(int),
        metavar="HZ",
        help="of sound: samples a second (default: 8000)",
    )
    group.add_argument(
        "--key", help="of .tfrecord files: the feature (default: x)"
    )
    group.add_argument(
        "--split-seed",
        type=_seed,
        metavar="SEED",
        help="of what is held out (default: 0)",
    )


def _add_held_out(parser):
    for split in ("validation", "test"):
        parser.add_argument(
            f"--{split}",
            metavar="PATH",
            help=f"your own {split} data, if it is apart from --data",
        )


def _add_evaluate(subparsers):
    subparser = _add_run_command(subparsers, "evaluate", commands.evaluate)
    subparser.add_argument(
        "--split", choices=("train", "validation", "test"), default="test"
    )
    _add_data_dir(subparser)


def _add_sample(subparsers):
    subparser = _add_run_command(subparsers, "sample", commands.sample)
    _add_draw_arguments(
        subparser,
        num=64,
        out="a .png, .txt or .wav file, as it suits the draws, or a .npz file",
    )
    for name, option in OPTIONS.items():
        subparser.add_argument(
            f"--{name.replace('_', '-')}",
            type=_option(option),
            help=option.help,
        )
    subparser.add_argument(
        "--prime", metavar="TEXT", help="for texts: what they continue"
    )
    subparser.add_argument(
        "--steps",
        type=_positive(int),
        help="for texts and sound: characters, or samples, to draw (default: "
        "those of an example)",
    )
    subparser.add_argument(
        "--stream",
        action="store_true",
        help="for texts: print one as it is drawn",
    )
    _add_data_dir(subparser)


def _add_complete(subparsers):
    subparser = _add_run_command(subparsers, "complete", commands.complete)
    _add_draw_arguments(
        subparser,
        num=16,
        out="a .png, .txt or .wav file, as it suits the draws, or a .npz file",
    )
    subparser.add_argument(
        "--known",
        choices=KNOWN,
        default="top",
        help="what the model is told of an image (default: top)",
    )
    _add_data_dir(subparser)


def _add_inspect(subparsers):
    subparser = _add_run_command(
        subparsers,
        "inspect",
        commands.inspect,
        epilog="The exit status is 1 if there is a leak: a position that sees "
        "itself or what is drawn after it. A conditional model is tried with "
        "random contexts.",
    )
    chosen = subparser.add_mutually_exclusive_group()
    chosen.add_argument(
        "--position",
        action="append",
        type=_coordinates,
        default=[],
        dest="positions",
        metavar="ROW,COL[,CHANNEL]",
        help="whose view to look at, counted from 0, of a vector INDEX; may "
        "be repeated (default: the first, the last and, of images, the "
        "corners and the centre, else the middle)",
    )
    chosen.add_argument("--all", action="store_true", help="all positions")
    subparser.add_argument(
        "--out",
        metavar="FILE",
        help="a .png file (default: RUN/dependencies.png)",
    )
    subparser.add_argument(
        "--seed", type=_seed, default=0, help="of the trials (default: 0)"
    )


def _add_show(subparsers):
    subparser = _add_run_command(subparsers, "show", commands.show)
    subparser.add_argument(
        "kind",
        choices=PICTURES,
        help="weights of the first layer, predicted distributions of some "
        "values, what each pixel of test examples costs, masks, or samples "
        "beside their nearest training examples",
    )
    subparser.add_argument(
        "--out", metavar="FILE", help="a .png file (default: RUN/KIND.png)"
    )
    subparser.add_argument(
        "--seed", type=_seed, default=0, help="of samples (default: 0)"
    )
    _add_data_dir(subparser)


def _add_export(subparsers):
    subparser = _add_run_command(subparsers, "export", export_commands.export)
    subparser.add_argument(
        "--to",
        required=True,
        metavar="DIR",
        help="directory of the served model, e.g. models/made",
    )
    subparser.add_argument(
        "--version",
        type=_positive(int),
        metavar="N",
        help="number of the version (default: the next)",
    )
    subparser.add_argument(
        "--max-num-samples",
        type=_positive(int),
        default=1024,
        metavar="N",
        help="how many samples one request may ask for (default: 1024)",
    )
    subparser.add_argument(
        "--xla",
        action="store_true",
        help="compile with XLA the signatures that it makes faster on this "
        "machine, by measurement; the server must have XLA",
    )
    subparser.add_argument(
        "--quantize",
        choices=("float16", "int8"),
        help="store the weights in fewer bits; prints what that changes",
    )
    subparser.add_argument(
        "--quantize-tolerance",
        type=_positive(float),
        default=1e-3,
        metavar="NATS",
        help="how far that may move a score, in nats per dimension (default: "
        "0.001)",
    )


def _add_verify(subparsers):
    subparser = _add(
        subparsers,
        "verify",
        export_commands.verify,
        epilog="The model is loaded in a process that can import neither "
        "tf_autoregressive nor Keras. The exit status is 1 if an answer "
        "differs.",
    )
    subparser.add_argument(
        "path",
        metavar="PATH",
        help="a version, or the directory of a model for its newest",
    )


def _add_compare(subparsers):
    subparser = _add(subparsers, "compare", commands.compare)
    subparser.add_argument(
        "runs", nargs="+", metavar="RUN", help="directory of a run"
    )
    subparser.add_argument(
        "--out",
        default="comparison.png",
        metavar="FILE",
        help="a .png file (default: comparison.png)",
    )


def _add_score(subparsers):
    subparser = _add(
        subparsers,
        "score",
        score_command.score,
        epilog="Parts of the output appear whole or not at all: the same "
        "command goes on where it was stopped.",
    )
    subparser.add_argument(
        "model",
        metavar="RUN_OR_SAVEDMODEL",
        help="a finished run, or an exported model",
    )
    subparser.add_argument(
        "--input",
        required=True,
        metavar="PATH",
        help="an .npz or .npy file, a .tfrecord file of tf.train.Examples, or "
        "a folder of images in the order of their paths; read piece by piece",
    )
    subparser.add_argument(
        "--key",
        default="x",
        help="the array of events in an .npz file, or their feature in a "
        ".tfrecord file: int64s, floats, or bytes that are a uint8 for each "
        "dimension or an encoded image (default: x)",
    )
    subparser.add_argument(
        "--context-key",
        metavar="KEY",
        help="the array, or the feature, of contexts in it",
    )
    subparser.add_argument(
        "--output",
        required=True,
        metavar="DIR",
        help="directory of Parquet files, e.g. scores.parquet",
    )
    subparser.add_argument(
        "--batch-size",
        type=_positive(int),
        default=256,
        metavar="N",
        help="examples that are scored together (default: 256)",
    )


def _add_client(subparsers):
    description = "Ask a served model."
    subparser = subparsers.add_parser(
        "client", help=description, description=description
    )
    actions = subparser.add_subparsers(required=True, metavar="ACTION")
    scoring = _add(actions, "score", client_commands.score)
    scoring.add_argument(
        "--npz", required=True, metavar="FILE", help="a file with the events"
    )
    scoring.add_argument(
        "--key", default="x", help="the array of events in it (default: x)"
    )
    scoring.add_argument(
        "--context-key", metavar="KEY", help="the array of contexts in it"
    )
    scoring.add_argument(
        "--model", required=True, help="name of the model on the server"
    )
    scoring.add_argument(
        "--host",
        default="localhost:8500",
        help="HOST:PORT for gRPC, http://HOST:PORT for REST; grpcs:// or "
        "https:// before it for TLS (default: localhost:8500)",
    )
    scoring.add_argument(
        "--timeout",
        type=_positive(float),
        default=60.0,
        metavar="SECONDS",
        help="how long the whole may take (default: 60)",
    )
    scoring.add_argument(
        "--ca",
        metavar="FILE",
        help="PEM file of the certificates to trust over TLS",
    )
    scoring.add_argument(
        "--token-file",
        metavar="FILE",
        help="file of a token, which is sent as Authorization: Bearer",
    )
    scoring.add_argument(
        "--header",
        action="append",
        type=client_commands.header,
        default=[],
        dest="headers",
        metavar="NAME=VALUE",
        help="a header to send with every request; may be repeated",
    )
    scoring.add_argument(
        "--out", metavar="FILE", help="an .npz file for the scores"
    )


def _add_run_command(
    subparsers, name, command, **options
) -> argparse.ArgumentParser:
    subparser = _add(subparsers, name, command, **options)
    subparser.add_argument(
        "run", metavar="RUN", help="directory of a finished run"
    )
    return subparser


def _add_draw_arguments(subparser, num: int, out: str):
    subparser.add_argument(
        "--num",
        type=_positive(int),
        default=num,
        metavar="N",
        help=f"how many (default: {num})",
    )
    subparser.add_argument(
        "--seed", type=_seed, default=0, help="of the draws (default: 0)"
    )
    subparser.add_argument("--out", metavar="FILE", help=out)


def _add_data_dir(subparser):
    subparser.add_argument(
        "--data-dir",
        "--data",
        metavar="PATH",
        help="where the data is (default: where it was in training)",
    )
    _add_held_out(subparser)


def _image_size(text: str) -> tuple[int, int]:
    """Parses a size in pixels, or two with an x between them."""
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(s.isdecimal() and int(s) for s in sides):
        raise argparse.ArgumentTypeError(
            f"must be as 32 or 32x48, in pixels: {text}"
        )
    return int(sides[0]), int(sides[-1])


def _coordinates(text: str) -> tuple[int, ...]:
    """Parses integers from 0 with commas between them."""
    parts = text.split(",")
    if not all(part.isdecimal() for part in parts):
        raise argparse.ArgumentTypeError(
            f"must be integers from 0, as in 14,14: {text}"
        )
    return tuple(map(int, parts))


def _seed(text: str) -> int:
    """Parses an integer from 0."""
    seed = int(text)
    if seed < 0:
        raise argparse.ArgumentTypeError(f"must be 0 or above: {text}")
    return seed


# argparse names it in the message about text that is no number.
_seed.__name__ = "int"


def _positive(number_type):
    """Returns a parser of numbers of this type above 0."""

    def parse(text: str):
        number = number_type(text)
        if not number > 0:
            raise argparse.ArgumentTypeError(f"must be above 0: {text}")
        return number

    # As above.
    parse.__name__ = number_type.__name__
    return parse


def _option(option):
    """Returns a parser of the numbers that a sampling option allows."""

    def parse(text: str):
        number = option.kind(text)
        if not option.allows(number):
            raise argparse.ArgumentTypeError(f"must be {option.rule}: {text}")
        return number

    # As above.
    parse.__name__ = option.kind.__name__
    return parse


if __name__ == "__main__":
    sys.exit(main())
