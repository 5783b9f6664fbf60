"""`tfar score`: scores of more events than fit into memory."""

import argparse
import contextlib
import pathlib

from tf_autoregressive import trained

from ..errors import UsageError
from ..errors import usage_errors
from ..sibling import exporter
from ..training.finished_run import finished_run
from .arguments import rate
from .event_rows import add_batch_size
from .event_rows import add_context_key
from .event_rows import open_rows
from .event_rows import row_shapes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.epilog = (
        "Parts of the output appear whole or not at all: the same command "
        "goes on where it was stopped."
    )
    parser.add_argument(
        "model",
        metavar="RUN_OR_SAVEDMODEL",
        help="a finished run, or an exported model",
    )
    parser.add_argument(
        "--input",
        required=True,
        metavar="PATH",
        help="an .npz or .npy file, a .tfrecord file of tf.train.Examples, or "
        "a folder of images in the order of their paths; read piece by piece",
    )
    parser.add_argument(
        "--key",
        default="x",
        help="the array of events in an .npz file, or their feature in a "
        ".tfrecord file: int64s, floats, or bytes that are a uint8 for each "
        "dimension or an encoded image (default: x)",
    )
    add_context_key(parser)
    parser.add_argument(
        "--output",
        required=True,
        metavar="DIR",
        help="directory of Parquet files, e.g. scores.parquet",
    )
    parser.add_argument(
        "--signature",
        choices=("log_prob", "anomaly", "surprise"),
        default="log_prob",
        help="what an exported model is asked for; one that was exported with "
        "a detector also answers with scores, p-values and alarms, or with the "
        "surprise of each dimension (default: log_prob)",
    )
    parser.add_argument(
        "--false-alarm-rate",
        type=rate,
        metavar="RATE",
        help="largest p-value that alarms, for --signature anomaly",
    )
    add_batch_size(parser)


def run(arguments: argparse.Namespace) -> None:
    """Score the rows of a large file, in a run that can be resumed."""
    is_anomaly = arguments.signature == "anomaly"
    if (arguments.false_alarm_rate is None) == is_anomaly:
        raise UsageError(
            "--false-alarm-rate and --signature anomaly go together."
        )
    export = exporter()
    with usage_errors(), contextlib.ExitStack() as files:
        scorer = _scorer(export, arguments)
        events, contexts = open_rows(
            export, arguments.input, arguments, scorer, files
        )
        mean = export.score_rows(
            scorer,
            events,
            arguments.output,
            contexts=contexts,
            batch_size=arguments.batch_size,
        )
        count = len(events)
    if arguments.signature == "log_prob":
        mean = -mean
    print(f"{arguments.output}: {mean:.4f} nats on {count:,} examples")


def _scorer(export, arguments):
    path = pathlib.Path(arguments.model)
    is_model = not path.exists() and str(path) in trained.names()
    if is_model or (path / "config.json").exists():
        if arguments.signature != "log_prob":
            raise UsageError(
                f"--signature {arguments.signature} takes an exported model "
                "with a detector; `tfar detect` takes a run."
            )
        return _RunScorer(finished_run(str(path)))
    path = export.newest_version(path)
    if arguments.signature == "anomaly":
        return export.AnomalyScorer(path, arguments.false_alarm_rate)
    if arguments.signature == "surprise":
        return export.SurpriseScorer(path)
    return export.SavedModelScorer(path)


class _RunScorer:
    """A scorer with a run's model, like that with an exported one."""

    def __init__(self, directory):
        self._model = directory.load_model()
        shapes = row_shapes(self._model, directory.table())
        self.event_shape, self.num_levels = (
            shapes.event_shape,
            shapes.num_levels,
        )
        self.context_shape, self.table = shapes.context_shape, shapes.table
        self.about = {
            "model": str(directory.path.resolve()),
            "model sha256": exporter("fingerprints").of_model(directory.model),
        }

    def __call__(self, events, contexts):
        return self._model.log_prob(events, contexts).numpy()
