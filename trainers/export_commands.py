"""What the subcommands of `tfar` about served models do."""

import argparse

from .errors import UsageError
from .sibling import exporter
from .training.run_directory import RunDirectory


def export(arguments: argparse.Namespace):
    """Export a finished run's model for TF-Serving."""
    directory = RunDirectory(arguments.run)
    result = directory.finished_result(directory.recipe())
    model = directory.load_model()
    try:
        path = exporter().export_model(
            model,
            arguments.to,
            version=arguments.version,
            result=result,
            max_num_samples=arguments.max_num_samples,
            xla=arguments.xla,
            quantize=arguments.quantize,
            quantize_tolerance=arguments.quantize_tolerance,
        )
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(f"--to {arguments.to}: {error}") from error
    print(path)


def verify(arguments: argparse.Namespace) -> int:
    """Check an exported model against the answers recorded in it.

    Returns:
        1 if an answer differs.
    """
    try:
        verified = exporter().verify(arguments.path)
    except (ValueError, OSError) as error:
        raise UsageError(str(error)) from error
    return int(not verified)
