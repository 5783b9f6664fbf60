"""The mean result of a recipe's runs on several folds of its data."""

import math
from typing import Any

import numpy as np

from ..errors import UsageError
from ..training.run_directory import RunDirectory

# What all folds share. The results of single folds hold the rest.
_SHARED = ("recipe", "published", "weights", "num_parameters", "seed")
_PER_FOLD = (
    "test",
    "validation_nats",
    "best_epoch",
    "epochs",
    "steps",
    "train_seconds",
    "stopped_by",
    "data",
)


def fold_mean(directories: list[RunDirectory]) -> dict[str, Any]:
    """Returns a result with the mean nats of several folds' test splits.

    Every fold counts the same, whatever its size. With `n` folds,

        standard_error = stdev(nats of the folds) / sqrt(n)

    which is that of the papers' tables. Steps and seconds are sums over the
    folds.

    Args:
        directories: Finished runs of one recipe, at least two, each with a
            `dataset_options.fold` of its own.

    Raises:
        UsageError: If they are not such runs.
    """
    _check_differ_in_the_fold_alone(directories)
    results = [_finished(directory) for directory in directories]
    first = results[0]
    nats = [result["test"]["nats"] for result in results]
    spread = float(np.std(nats, ddof=1))
    return {
        **{key: first.get(key) for key in _SHARED},
        "test": {
            "nats": float(np.mean(nats)),
            "standard_error": spread / math.sqrt(len(nats)),
            "bits_per_dim": None,
            "examples": sum(result["test"]["examples"] for result in results),
        },
        "validation_nats": float(
            np.mean([result["validation_nats"] for result in results])
        ),
        "steps": sum(result["steps"] for result in results),
        "train_seconds": sum(result["train_seconds"] for result in results),
        "folds": [
            {key: result.get(key) for key in _PER_FOLD} for result in results
        ],
        "data": {"name": first["data"].get("name")},
        "versions": first.get("versions"),
        "machine": first.get("machine"),
    }


def _check_differ_in_the_fold_alone(directories):
    recipes = [directory.read_config().recipe for directory in directories]
    folds = [recipe.dataset_options.get("fold") for recipe in recipes]
    if len(folds) < 2 or None in folds or len(set(folds)) < len(folds):
        raise UsageError(
            "The mean needs at least two runs, each with a "
            f"`dataset_options.fold` of its own. Received: {folds}"
        )
    settings = [recipe.settings() for recipe in recipes]
    for directory, values in zip(directories, settings, strict=True):
        options = {**values["dataset_options"], "fold": folds[0]}
        if {**values, "dataset_options": options} != settings[0]:
            raise UsageError(
                f"{directory.path} differs from {directories[0].path} in more "
                "than `dataset_options.fold`. Train all folds with the same "
                "settings."
            )


def _finished(directory):
    result = directory.read_result()
    if result is None:
        raise UsageError(
            f"{directory.path} is not finished. Continue it with `tfar train` "
            "and the settings it was begun with."
        )
    return result
