"""`tfar score`: scores of more events than fit into memory."""

import argparse
import contextlib
import pathlib

from tf_autoregressive import trained

from ..errors import UsageError
from ..errors import usage_errors
from ..sibling import exporter
from ..training.finished_run import finished_run
from .arguments import positive
from .arguments import rate


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
    parser.add_argument(
        "--context-key",
        metavar="KEY",
        help="the array, or the feature, of contexts in it",
    )
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
    parser.add_argument(
        "--batch-size",
        type=positive(int),
        default=256,
        metavar="N",
        help="examples that are scored together (default: 256)",
    )


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
        events, contexts = _rows(export, arguments, scorer, files)
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


def _rows(export, arguments, scorer, files):
    """Returns the events and the contexts, `None` if the model takes none."""

    def opened(key, shape):
        rows = export.open_rows(
            arguments.input, key, shape, num_levels=scorer.num_levels
        )
        return files.enter_context(rows)

    named = arguments.context_key
    if named is None and scorer.context_shape is not None:
        raise UsageError("--context-key is missing: the model takes contexts.")
    if named is not None and scorer.context_shape is None:
        raise UsageError("--context-key: the model takes no contexts.")
    if named is not None and pathlib.Path(arguments.input).is_dir():
        raise UsageError("--context-key: a folder of images has no contexts.")
    events = opened(arguments.key, scorer.event_shape)
    return events, named and opened(named, scorer.context_shape)


def _scorer(export, arguments):
    path = pathlib.Path(arguments.model)
    is_model = not path.exists() and str(path) in trained.names()
    if is_model or (path / "config.json").exists():
        if arguments.signature != "log_prob":
            raise UsageError(
                f"--signature {arguments.signature} takes an exported model "
                "with a detector; `tfar detect` takes a run."
            )
        return _RunScorer(export, finished_run(str(path)))
    path = export.newest_version(path)
    if arguments.signature == "anomaly":
        return export.AnomalyScorer(path, arguments.false_alarm_rate)
    if arguments.signature == "surprise":
        return export.SurpriseScorer(path)
    return export.SavedModelScorer(path)


class _RunScorer:
    """A scorer with a run's model, like that with an exported one."""

    def __init__(self, export, directory):
        self._model = directory.load_model()
        self.event_shape = self._model.event_shape
        self.num_levels = self._model.num_levels
        is_labels = self._model.context.num_classes is not None
        self.context_shape = () if is_labels else self._model.context.shape
        self.about = {
            "model": str(directory.path.resolve()),
            "model sha256": export.fingerprints.sha256(directory.model),
        }

    def __call__(self, events, contexts):
        import tensorflow as tf

        try:
            return self._model.log_prob(events, contexts).numpy()
        # This happens if there is too little memory for a batch.
        except tf.errors.OpError as error:
            raise ValueError(error.message) from error
