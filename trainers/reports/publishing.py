"""Trained models as folders that others load by name."""

import pathlib
import shutil
import tempfile
from typing import Any

import numpy as np
import tensorflow as tf

import tf_autoregressive as tfar
from tf_autoregressive import trained
from tf_autoregressive.files import TEMPORARY_PREFIX

from .. import data
from ..errors import UsageError
from ..files import write_json
from ..recipe import Recipe
from . import scores
from .run_directory import RunDirectory

# Test splits are sorted by class, so the first examples would not do.
_SEED, _EXAMPLES = 0, 1000


def publish(directory: RunDirectory, to: pathlib.Path) -> pathlib.Path:
    """Writes the folder of a trained model, named after the recipe.

    The model loses the state of its optimizer. The folder appears whole.

    Args:
        directory: The directory of a finished run.
        to: The folder in which the new one appears.

    Returns:
        The new folder.

    Raises:
        UsageError: If the run is not finished, its data cannot be loaded, or
            `to` has the folder.
    """
    recipe, model = directory.recipe(), directory.load_model()
    folder = to / recipe.name
    if folder.exists():
        raise UsageError(f"{folder} exists. Remove it, or choose another --to.")
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=to) as name:
        whole = pathlib.Path(name) / "whole"
        whole.mkdir()
        _write(whole, directory, recipe, model)
        whole.replace(folder)
    return folder


def _write(folder, directory, recipe, model):
    for path in (directory.result, directory.samples, directory.completions):
        if path.exists():
            shutil.copy(path, folder)
    splits = data.load(recipe, directory.data_dir())
    directory.check_same_data(splits.info.sha256)
    write_json(
        folder / "config.json",
        {
            "recipe": recipe.model_dump(mode="json"),
            "sha256": splits.info.sha256,
            "data_dir": None,
        },
    )
    path = folder / "model.keras"
    _without_optimizer(model).save(path)
    write_json(
        folder / "card.json",
        {
            "format": trained.FORMAT,
            "version": tfar.__version__,
            "sha256": trained.sha256(path),
            "fixed_test": fixed_test_score(model, splits.test, recipe),
        },
    )


def _without_optimizer(model):
    """Returns a model of the same weights that was never compiled."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    return copy


def fixed_test_score(
    model, examples: tf.data.Dataset, recipe: Recipe
) -> dict[str, Any]:
    """Returns the score of 1,000 test examples, the same ones every time.

    Args:
        model: The model.
        examples: All test examples, unbatched.
        recipe: The recipe of the model.

    Returns:
        What `scores.score` returns.
    """
    number = int(examples.cardinality())
    generator = np.random.default_rng(_SEED)
    chosen = generator.permutation(number)[:_EXAMPLES]
    whole = examples.batch(number).get_single_element()
    some = tf.nest.map_structure(lambda x: tf.gather(x, np.sort(chosen)), whole)
    fixed = tf.data.Dataset.from_tensor_slices(some)
    return scores.score(model, fixed, recipe.evaluation_batch_size)
