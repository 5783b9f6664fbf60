"""Trained models as folders that others load by name."""

import dataclasses
import pathlib
import shutil
import tempfile
from typing import Any

import keras
import tensorflow as tf

import tf_autoregressive as tfar
from tf_autoregressive import trained
from tf_autoregressive.files import TEMPORARY_PREFIX
from tf_autoregressive.models.precision import in_float32

from .. import data
from ..errors import UsageError
from ..files import write_json
from ..recipe import Recipe
from ..training import scores
from ..training.finished_run import TrainedRun
from ..training.run_directory import RunDirectory
from . import model_card

_EXAMPLES = 1000

# Bytes of one model in the package, and of all of them.
_LARGEST, _LARGEST_TOGETHER = 2.5e6, 12e6


def publish(directory: RunDirectory, to: pathlib.Path) -> pathlib.Path:
    """Writes the folder of a trained model, named after the recipe.

    The model loses the state of its optimizer, and draws what its card shows.
    The folder appears whole. A model that was published is copied.

    Args:
        directory: The directory of a finished run.
        to: The folder in which the new one appears.

    Returns:
        The new folder.

    Raises:
        UsageError: If the run is not finished, its data cannot be loaded, `to`
            has the folder, or `to` is the package's and the model too large.
    """
    config, model = directory.read_config(), directory.load_model()
    folder = to / config.recipe.name
    if folder.exists():
        raise UsageError(f"{folder} exists. Remove it, or choose another --to.")
    to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=TEMPORARY_PREFIX, dir=to) as work:
        whole = pathlib.Path(work) / "whole"
        if isinstance(directory, TrainedRun):
            shutil.copytree(directory.folder, whole)
        else:
            whole.mkdir()
            in_package = trained.is_of_package(to)
            name = config.recipe.name
            name = name if in_package else f"hf://OWNER/{name}"
            _write(whole, directory, config, model, name)
        if trained.is_of_package(to):
            _check_size(whole)
        whole.replace(folder)
    return folder


def _write(folder, directory, config, model, name):
    splits = data.load(config.recipe, config.data_dir)
    config.check_same_data(splits.info.sha256)
    _write_run(folder / "run", directory, config)
    _write_model(folder, model)
    card = trained.Card(
        format=trained.FORMAT,
        version=tfar.__version__,
        sha256=trained.sha256(folder),
        licence=splits.info.licence,
        fixed_test=fixed_test_score(model, splits.test, config.recipe),
    )
    write_json(folder / "card.json", dataclasses.asdict(card))
    model_card.write(folder, model, config.recipe, splits, name)


def _write_run(folder, directory, config):
    """Writes the settings and the record, without the places of the data."""
    folder.mkdir()
    shutil.copy(directory.result, folder)
    dataclasses.replace(
        config, path=folder / config.path.name, data_dir=None
    ).write()


def _write_model(folder, model):
    """Writes a model of the same weights that was never compiled."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    keras.saving.save_model(copy, folder, overwrite=True, zipped=False)
    # Some versions of Keras make it. It is empty, and git leaves it out.
    shutil.rmtree(folder / "assets", ignore_errors=True)


def _check_size(folder):
    """Checks that a model may come into the package.

    Raises:
        UsageError: If it is too large, or all of them are together.
    """
    size = trained.size(folder)
    others = sum(trained.size(trained.folder(name)) for name in trained.names())
    for received, limit, whose in (
        (size, _LARGEST, "A model"),
        (size + others, _LARGEST_TOGETHER, "All models"),
    ):
        if received > limit:
            raise UsageError(
                f"{whose} of the package may take {limit / 1e6} MB. Received: "
                f"{received / 1e6:.1f} MB. Choose another --to, and upload the "
                "folder to the hub."
            )


def fixed_test_score(
    model: keras.Model, examples: tf.data.Dataset, recipe: Recipe
) -> dict[str, Any]:
    """Returns the score of 1,000 test examples, the same ones every time.

    It is computed in float32: in bfloat16 each processor rounds in its own way,
    and a whole model could not be told from a damaged one.

    Args:
        model: The model.
        examples: All test examples, unbatched.
        recipe: The recipe of the model.

    Returns:
        What `scores.score` returns.
    """
    fixed = data.fixed_choice(examples, _EXAMPLES)
    return scores.score(in_float32(model), fixed, recipe.evaluation_batch_size)
