"""`tfar results`: the recorded results in the README."""

import argparse

from ..reports import results_table


def add_arguments(parser: argparse.ArgumentParser):
    """Adds nothing: the subcommand takes no arguments."""


def run(arguments: argparse.Namespace):
    """Write the table of recorded results into the trainers' README.md."""
    results_table.update()
    print(results_table.README)
