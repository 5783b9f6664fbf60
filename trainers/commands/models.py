"""`tfar models`: a list of the trained models."""

import argparse

from tf_autoregressive import trained

from ..reports.summary import score_text
from ..reports.table import aligned

_COLUMNS = ("name", "test", "size")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the subcommand takes no arguments."""


def run(arguments: argparse.Namespace) -> None:
    """List the trained models that come with the package."""
    print(aligned([_COLUMNS, *map(_row, trained.names())]))


def _row(name):
    folder = trained.folder(name)
    result = trained.record(folder)
    megabytes = trained.size(folder) / 1e6
    return name, score_text(result["test"]), f"{megabytes:.1f} MB"
