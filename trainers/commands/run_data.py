"""The data of a finished run, for the subcommands that look at it."""

import argparse
from typing import Any

from ..own_data import Places
from ..training.run_config import RunConfig


def load(config: RunConfig, arguments: argparse.Namespace) -> Any:
    """Returns the `Data` of a run, from its old place or the named one.

    Args:
        config: What the run was begun with.
        arguments: Parsed arguments, with those of `arguments.add_data_dir`.

    Raises:
        UsageError: If the data cannot be loaded, or is not that of the
            training.
    """
    place = config.data_dir
    if isinstance(place, Places):
        place = place.moved(
            data=arguments.data_dir,
            validation=arguments.validation,
            test=arguments.test,
        )
    elif arguments.data_dir:
        place = arguments.data_dir
    return _checked(config, place)


def load_as_trained(config: RunConfig) -> Any:
    """Returns the `Data` of a run from the place where training found them.

    Args:
        config: What the run was begun with.

    Raises:
        UsageError: As `load`.
    """
    return _checked(config, config.data_dir)


def _checked(config, place):
    from .. import data

    loaded = data.load(config.recipe, place)
    config.check_same_data(loaded.info.sha256)
    return loaded
