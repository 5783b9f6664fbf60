"""`tfar results`: the recorded results in the pages."""

import argparse

from ..reports import results_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the subcommand takes no arguments."""


def run(arguments: argparse.Namespace) -> None:
    """Write the tables of recorded results into both README.md."""
    results_table.update()
    for path in results_table.pages():
        print(path)
