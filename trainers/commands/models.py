"""`tfar models`: a list of the trained models."""

import argparse

from tf_autoregressive import trained

from ..published import usual_unit
from ..reports.table import aligned

_COLUMNS = ("name", "data", "test", "size")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the subcommand takes no arguments."""


def run(arguments: argparse.Namespace) -> None:
    """List the trained models that come with the package."""
    print(aligned([_COLUMNS, *map(_row, trained.names())]))


def _row(name):
    folder = trained.folder(name)
    result = trained.record(folder)
    megabytes = trained.size(folder) / 1e6
    unit = usual_unit(result["test"])
    score = f"{result['test'][unit]:.2f} {unit.replace('_per_', '/')}"
    return name, result["data"]["name"], score, f"{megabytes:.1f} MB"
