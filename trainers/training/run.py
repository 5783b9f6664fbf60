"""The training of a recipe into a run directory, also of one that was begun.

A run that was interrupted at any moment ends like one that was not, with the
same weights, optimizer state, order of examples, random state and metrics. The
state is saved after every epoch; an interrupted epoch is run again.

Among several processes that train together, each runs this; one of them, the
chief, writes the files, and the others read its checkpoints.
"""

import contextlib
from typing import Any

import keras

from tf_autoregressive.datasets import continued_batches

from .. import strategies
from ..data import Data
from ..data import load
from ..errors import UsageError
from ..files import replacing
from ..files import write_json
from ..files import write_text
from ..own_data.places import Places
from ..recipe import Recipe
from . import report
from .averaging import ValidateAveraged
from .averaging import averaged_weights
from .batches import steps_per_epoch
from .batches import training_batches
from .build import compiled_model
from .checkpoints import Progress
from .divergence import StopOnDivergence
from .history import as_csv
from .pacing import clock_of
from .pacing import paced
from .record import EpochFollower
from .record import EpochRecorder
from .record import state_of
from .run_directory import RunDirectory
from .sharding import check_divides
from .sharding import sharded
from .sharding import sharded_evaluation

# The largest share of the initial weights that the averaged ones may hold.
_MOST_INITIAL = 0.05


def run(
    recipe: Recipe,
    directory: RunDirectory,
    *,
    data_dir: str | Places | None = None,
    data: Data | None = None,
    strategy: str = "default",
    verbose: int = 2,
    callbacks: tuple = (),
) -> dict[str, Any]:
    """Trains the recipe to its end and returns the result.

    Args:
        recipe: The recipe to train.
        directory: Where; new, or of an interrupted or finished run of the
            same recipe.
        data_dir: Where the data is, as `tf_autoregressive.datasets.load`
            takes it, or the places of a user's own.
        data: The recipe's data, if it is loaded already.
        strategy: Name of the devices to train on; see `strategies.strategy`.
        verbose: As Keras's `fit` takes it.
        callbacks: Keras callbacks beside the program's own.

    Returns: The contents of result.json.

    Raises:
        UsageError: If the recipe, the data or the directory cannot be used.
    """
    if finished := directory.finished_result(recipe):
        return finished
    devices = strategies.strategy(strategy)
    # This is checked before the data is loaded, which may take minutes.
    _check_possible(recipe, devices)
    # The model is built before anything is written, so that a mistake in the
    # recipe leaves no directory behind.
    data = data or load(recipe, data_dir)
    with _dtype_policy(recipe.precision):
        with devices.scope():
            model = compiled_model(recipe, data)
        with _begun(directory, recipe, data, data_dir, devices):
            progress = _restored(model, directory)
            _check_shared(directory, progress, devices)
            if not progress.stopped:
                print(strategies.devices_text(devices))
                _tell_of_slow_average(recipe, data)
                _fit(
                    model, recipe, data, directory, progress, verbose, callbacks
                )
            return _finish(model, recipe, data, directory, progress)


def _tell_of_slow_average(recipe: Recipe, data):
    """Prints a warning if averaged weights will stay near the initial ones.

    They would score badly, however well the model has learned.
    """
    steps = recipe.epochs * steps_per_epoch(data.train, recipe)
    share = (recipe.ema_momentum or 0.0) ** steps
    if share > _MOST_INITIAL:
        print(
            f"`ema_momentum` {recipe.ema_momentum} leaves {share:.0%} of the "
            f"initial weights in the averaged ones after {steps:,} steps; "
            f"{_MOST_INITIAL ** (1.0 / steps):.4f} leaves {_MOST_INITIAL:.0%}."
        )


def _check_possible(recipe: Recipe, devices):
    """Checks that these devices can train the recipe together."""
    check_divides(recipe.batch_size, devices)
    if recipe.gradient_accumulation_steps and devices.num_replicas_in_sync > 1:
        raise UsageError(
            "`gradient_accumulation_steps` needs a single replica: Keras does "
            f"not accumulate on {devices.num_replicas_in_sync}. Use a larger "
            "`batch_size`, which they share."
        )
    if recipe.carried_rows and devices.num_replicas_in_sync > 1:
        raise UsageError(
            "`carried_rows` needs a single replica: a row continues its own "
            f"text. Received: {devices.num_replicas_in_sync} replicas"
        )
    if recipe.max_seconds and strategies.num_workers(devices) > 1:
        raise UsageError(
            "`max_seconds` needs a single process: the clocks of several "
            "differ, so they would stop after different steps. Received: "
            f"max_seconds={recipe.max_seconds}. Set it to null."
        )


def _begun(directory: RunDirectory, recipe, data, data_dir, devices):
    if strategies.is_chief(devices):
        return directory.begun(recipe, data.info.sha256, data_dir)
    return contextlib.nullcontext()


def _check_shared(directory: RunDirectory, progress: Progress, devices):
    """Checks that all processes continue after the same epoch."""
    if strategies.num_workers(devices) == 1:
        return
    epochs = strategies.gathered(devices, progress.epoch)
    if len(set(epochs)) > 1:
        raise UsageError(
            f"The processes found checkpoints of different epochs {epochs} in "
            f"{directory.path}. --run-dir must be one that all of them share."
        )


def _restored(model, directory: RunDirectory) -> Progress:
    newest_first = directory.checkpoints.epochs()[::-1]
    if not newest_first:
        return Progress()
    progress = directory.checkpoints.restore_first(
        newest_first, state_of(model)
    )
    print(f"{directory.path}: continuing after epoch {progress.epoch}.")
    return progress


def _fit(model, recipe, data, directory, progress, verbose, callbacks):
    steps = steps_per_epoch(data.train, recipe)
    batches = _training_batches(recipe, data, progress.epoch * steps)
    clock = clock_of(recipe, progress.train_seconds)
    following = recipe, progress, clock
    devices = model.distribute_strategy
    is_chief = strategies.is_chief(devices)
    validation, validation_steps = sharded_evaluation(
        data.validation, recipe.evaluation_batch_size, devices
    )
    model.fit(
        sharded(batches, devices),
        initial_epoch=progress.epoch,
        epochs=recipe.epochs,
        steps_per_epoch=steps,
        validation_data=validation,
        validation_steps=validation_steps,
        # The batches come in their order. Keras would warn that it cannot
        # shuffle them.
        shuffle=False,
        # A paced recipe has a line of its own, as nobody knows how many epochs
        # follow.
        verbose=verbose if is_chief and not recipe.paced else 0,
        callbacks=[
            ValidateAveraged(),
            clock,
            *paced(recipe, clock, recipe.epochs * steps, verbose=verbose),
            StopOnDivergence(directory.checkpoints, steps),
            EpochRecorder(directory, *following)
            if is_chief
            else EpochFollower(*following),
            *callbacks,
        ],
    )


def _training_batches(recipe: Recipe, data, first_step: int):
    if recipe.carried_rows:
        # The batches are the same in every epoch, which begins without states.
        return continued_batches(data.train, recipe.carried_rows).repeat()
    return training_batches(
        data.train,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        first_step=first_step,
        draw=data.draw,
    )


def _finish(model, recipe, data, directory, progress) -> dict[str, Any]:
    """Writes the best epoch's model, the pictures and, last, the result."""
    # This waits until the last checkpoint is written.
    _check_shared(directory, progress, model.distribute_strategy)
    is_chief = strategies.is_chief(model.distribute_strategy)
    if is_chief:
        # The rows are written once more, because the process may have died
        # between a checkpoint and its row.
        write_text(directory.metrics, as_csv(progress.rows))
    best_first = sorted(
        # If the best checkpoint is damaged, the next best one has to do.
        directory.checkpoints.epochs(),
        key=lambda epoch: progress.rows[epoch - 1]["validation_nats"],
    )
    best = directory.checkpoints.restore_first(best_first, state_of(model))
    with averaged_weights(model):
        if is_chief:
            _write(directory, model, recipe, data, progress)
        # Every process takes part in scoring.
        result = report.result(
            model, recipe, data, progress, best_epoch=best.epoch
        )
    if is_chief:
        write_json(directory.result, result)
    return result


def _write(directory: RunDirectory, model, recipe, data, progress):
    with replacing(directory.model) as temporary:
        model.save(temporary)
    report.write_pictures(directory, model, recipe, data, progress.rows)


@contextlib.contextmanager
def _dtype_policy(name: str):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
