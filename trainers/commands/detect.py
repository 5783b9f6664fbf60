"""`tfar detect`: alarms at a false-alarm rate that holds."""

import argparse
import contextlib
import pathlib
import typing

from ..errors import UsageError
from ..errors import usage_errors
from ..files import output_file
from ..files import replacing
from ..sibling import exporter
from ..training.finished_run import finished_run
from .arguments import add_run
from .arguments import rate
from .event_rows import add_batch_size
from .event_rows import add_context_key
from .event_rows import open_rows
from .event_rows import row_shapes

# A batch has one score for several rows, and is not offered here.
SCORES = (
    "likelihood",
    "likelihood_ratio",
    "input_complexity",
    "typicality",
    "conditional_surprise",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.epilog = (
        "The output has the columns row, score, p_value and alarm. Its parts "
        "appear whole or not at all: the same command goes on where it was "
        "stopped."
    )
    add_run(parser)
    parser.add_argument(
        "--normal",
        required=True,
        metavar="PATH",
        help="held-out normal events, which the run was not trained on",
    )
    parser.add_argument(
        "--input",
        required=True,
        metavar="PATH",
        help="events to judge; both are files or folders as `tfar score` takes",
    )
    parser.add_argument(
        "--key",
        default="x",
        help="the array of events in both files, or their feature (default: x)",
    )
    add_context_key(parser)
    parser.add_argument(
        "--output",
        required=True,
        metavar="DIR",
        help="directory of Parquet files, e.g. scores.parquet",
    )
    parser.add_argument(
        "--false-alarm-rate",
        type=rate,
        default=0.01,
        metavar="RATE",
        help="largest p-value that alarms (default: 0.01)",
    )
    parser.add_argument(
        "--score",
        choices=SCORES,
        default="likelihood",
        help="what is compared with normal data (default: likelihood)",
    )
    parser.add_argument(
        "--background",
        metavar="RUN",
        help="a finished run, the background of likelihood_ratio",
    )
    parser.add_argument(
        "--detector",
        metavar="FILE",
        help="a .keras file to write the calibrated detector to, which `tfar "
        "export --detector` takes",
    )
    add_batch_size(parser)


def run(arguments: argparse.Namespace) -> None:
    """Tell anomalies from normal events, at a false-alarm rate that holds."""
    if (arguments.background is None) == (arguments.score == SCORES[1]):
        raise UsageError(
            "--background and --score likelihood_ratio go together."
        )
    path = arguments.detector
    if path is not None:
        path = output_file(path, ".keras", "--detector")
    export = exporter()
    with usage_errors(), contextlib.ExitStack() as files:
        judge, events, contexts = _opened(export, arguments, files)
        if path is not None:
            with replacing(path) as temporary:
                judge.detector.save(temporary)
        export.score_rows(
            judge,
            events,
            arguments.output,
            contexts=contexts,
            batch_size=arguments.batch_size,
        )
        count = len(events)
    alarms = _num_alarms(arguments.output)
    print(
        f"{arguments.output}: {alarms:,} of {count:,} examples alarm, "
        f"p <= {arguments.false_alarm_rate}"
    )


def _opened(export, arguments, files):
    """Returns the calibrated judge, the events to judge and their contexts."""
    fingerprints = exporter("fingerprints")
    directory = finished_run(arguments.run)
    model = directory.load_model()
    about = {
        "model": str(directory.path.resolve()),
        "model sha256": fingerprints.of_model(directory.model),
        "score": arguments.score,
        "false_alarm_rate": arguments.false_alarm_rate,
    }
    options = {}
    if arguments.background is not None:
        background = finished_run(arguments.background)
        options["background"] = background.load_model()
        about["background sha256"] = fingerprints.of_model(background.model)
    shapes = row_shapes(model, directory.table())
    normal, rows = (
        open_rows(export, path, arguments, shapes, files)
        for path in (arguments.normal, arguments.input)
    )
    about["normal sha256"] = fingerprints.of_files(
        normal[0].files, normal[0].path.parent
    )
    detector = _detector(arguments, model, options)
    judge = _Judge(
        _calibrated(detector, *normal, arguments.normal),
        about,
        export.AnomalyScorer.dtype,
    )
    return judge, *rows


def _detector(arguments, model, options):
    from tf_autoregressive import anomaly

    return anomaly.Detector(
        model,
        arguments.score,
        false_alarm_rate=arguments.false_alarm_rate,
        batch_size=arguments.batch_size,
        **options,
    )


def _calibrated(detector, events, contexts, path):
    """Returns a detector that has enough normal events for its rate."""
    with usage_errors(f"--normal {path}: "):
        detector.calibrate(_all(events), _all(contexts))
        detector.calibration.threshold(detector.false_alarm_rate)
    return detector


def _all(rows):
    return None if rows is None else rows.read(0, len(rows))


class _Judge(typing.NamedTuple):
    """Scores a batch of rows, as `score_rows` wants it."""

    detector: typing.Any
    about: dict
    dtype: typing.Any

    def __call__(self, events, contexts):
        import numpy as np

        scores = self.detector.score(events, contexts)
        p_values = self.detector.calibration.p_values(scores)
        found = np.empty(len(events), self.dtype)
        found["score"], found["p_value"] = scores, p_values
        found["alarm"] = p_values <= self.detector.false_alarm_rate
        return found


def _num_alarms(path):
    """Returns how many rows of a directory of Parquet files alarm."""
    from pyarrow import dataset

    rows = dataset.dataset(pathlib.Path(path), format="parquet")
    return rows.count_rows(filter=dataset.field("alarm"))
