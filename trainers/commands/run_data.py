"""The data of a finished run, for the subcommands that look at it."""

import argparse

from ..own_data import Places
from ..recipe import Recipe
from ..training.run_directory import RunDirectory


def load(
    directory: RunDirectory, recipe: Recipe, arguments: argparse.Namespace
):
    """Returns the `Data` of a run, from its old place or the named one.

    Args:
        directory: The `RunDirectory` of the run.
        recipe: The recipe of the run.
        arguments: Parsed arguments, with those of `arguments.add_data_dir`.

    Raises:
        UsageError: If the data cannot be loaded, or is not that of the
            training.
    """
    from .. import data

    place = directory.data_dir()
    if isinstance(place, Places):
        place = place.moved(
            data=arguments.data_dir,
            validation=arguments.validation,
            test=arguments.test,
        )
    elif arguments.data_dir:
        place = arguments.data_dir
    loaded = data.load(recipe, place)
    directory.check_same_data(loaded.info.sha256)
    return loaded
