"""The data of a finished run, for the subcommands that look at it."""

import argparse

from ..own_data import Places
from ..recipe import Recipe
from ..training.run_directory import RunDirectory


def load(
    directory: RunDirectory, recipe: Recipe, arguments: argparse.Namespace
):
    """Returns the `Data` of a run, from where it was or is said to be now.

    Args:
        directory: The run's.
        recipe: The run's.
        arguments: Those of `arguments.add_data_dir`.

    Raises:
        UsageError: If it cannot be loaded, or is not what was trained on.
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
