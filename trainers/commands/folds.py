"""`tfar folds`: the mean result of runs on several folds of the data."""

import argparse

from ..files import output_file
from ..files import write_json
from ..reports.fold_mean import fold_mean
from ..training.run_directory import RunDirectory
from .arguments import add_runs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    add_runs(
        parser,
        help="directory of a finished run; the runs differ in "
        "`dataset_options.fold` alone",
        out="folds.json",
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the mean result of runs on several folds of the data."""
    path = output_file(arguments.out, ".json")
    result = fold_mean(list(map(RunDirectory, arguments.runs)))
    write_json(path, result)
    test = result["test"]
    print(
        f"{result['recipe']}: {test['nats']:.3f} ± {test['standard_error']:.3f}"
        f" nats, mean of {len(result['folds'])} folds"
    )
    print(path)
