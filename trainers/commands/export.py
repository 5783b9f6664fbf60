"""`tfar export`: a finished run as a SavedModel."""

import argparse

from ..errors import UsageError
from ..errors import usage_errors
from ..sibling import exporter
from ..training.finished_run import finished_run
from .arguments import add_run
from .arguments import positive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_run(parser)
    parser.add_argument(
        "--to",
        required=True,
        metavar="DIR",
        help="directory of the served model, e.g. models/made",
    )
    parser.add_argument(
        "--version",
        type=positive(int),
        metavar="N",
        help="number of the version (default: the next)",
    )
    parser.add_argument(
        "--detector",
        metavar="FILE",
        help="a calibrated detector of the run's model, a .keras file: the "
        "served model then answers with p-values and alarms, too",
    )
    parser.add_argument(
        "--max-num-samples",
        type=positive(int),
        default=1024,
        metavar="N",
        help="the most samples that a request may ask for (default: 1024)",
    )
    parser.add_argument(
        "--xla",
        action="store_true",
        help="compile with XLA the signatures that it makes faster on this "
        "machine, by measurement; the server must have XLA",
    )
    parser.add_argument(
        "--quantize",
        choices=("float16", "int8"),
        help="store the weights in fewer bits, and print the change of scores",
    )
    parser.add_argument(
        "--quantize-tolerance",
        type=positive(float),
        default=1e-3,
        metavar="NATS",
        help="the most nats per dimension by which --quantize may change a "
        "score (default: 0.001)",
    )


def run(arguments: argparse.Namespace) -> None:
    """Export a finished run's model for TF-Serving."""
    directory = finished_run(arguments.run)
    result = directory.finished_result(directory.read_config().recipe)
    model = directory.load_model()
    export, detector = exporter(), _detector(arguments.detector)
    with usage_errors(f"--to {arguments.to}: "):
        path = export.export_model(
            model,
            arguments.to,
            version=arguments.version,
            result=result,
            detector=detector,
            max_num_samples=arguments.max_num_samples,
            xla=arguments.xla,
            quantize=arguments.quantize,
            quantize_tolerance=arguments.quantize_tolerance,
        )
    print(path)


def _detector(path):
    """Returns the detector in a file, `None` without one."""
    if path is None:
        return None
    import keras

    from tf_autoregressive import anomaly

    with usage_errors(f"--detector {path}: "):
        detector = keras.saving.load_model(path)
    if not isinstance(detector, anomaly.Detector):
        raise UsageError(f"--detector {path} holds no detector.")
    return detector
