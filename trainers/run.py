"""Trains a recipe into a run directory, or continues one that was begun.

A run that was interrupted at any moment ends like one that was not: same
weights, optimizer state, order of examples, random state and metrics. The
state is saved after every epoch; what an interrupted epoch had done is done
again.
"""

import contextlib
from typing import Any

import keras

from tf_autoregressive.callbacks import TimeLimit

from . import report
from .averaging import ValidateAveraged
from .averaging import averaged_weights
from .batches import evaluation_batches
from .batches import steps_per_epoch
from .batches import training_batches
from .build import compiled_model
from .checkpoints import Progress
from .data import load
from .files import replacing
from .files import write_json
from .files import write_text
from .history import as_csv
from .recipe import Recipe
from .record import EpochRecorder
from .record import state_of
from .run_directory import RunDirectory


def run(
    recipe: Recipe,
    directory: RunDirectory,
    *,
    data_dir: str | None = None,
    verbose: int = 2,
    callbacks: tuple = (),
) -> dict[str, Any]:
    """Trains the recipe to its end and returns the result.

    Args:
        recipe: What to train.
        directory: Where; new, or of an interrupted or finished run of the
            same recipe.
        data_dir: Where the data is, as `tf_autoregressive.datasets.load`
            takes it.
        verbose: As Keras's `fit` takes it.
        callbacks: Keras callbacks beside the program's own.

    Returns:
        What result.json holds.

    Raises:
        UsageError: If the recipe, the data or the directory cannot be used.
    """
    if finished := directory.finished_result(recipe):
        return finished
    # Before anything is written, so that a mistake in the recipe leaves no
    # directory behind.
    data = load(recipe, data_dir)
    with _dtype_policy(recipe.precision):
        model = compiled_model(recipe, data)
        with directory.begun(recipe, data.info.sha256):
            progress = _restored(model, directory)
            if not progress.stopped:
                _fit(
                    model, recipe, data, directory, progress, verbose, callbacks
                )
            return _finish(model, recipe, data, directory, progress)


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
    batches = training_batches(
        data.train,
        batch_size=recipe.batch_size,
        seed=recipe.seed,
        first_epoch=progress.epoch,
        draw=data.draw,
    )
    clock = TimeLimit(
        recipe.max_seconds or float("inf"), spent=progress.train_seconds
    )
    recorder = EpochRecorder(recipe, directory, progress, clock)
    model.fit(
        batches,
        initial_epoch=progress.epoch,
        epochs=recipe.epochs,
        steps_per_epoch=steps_per_epoch(data.train, recipe.batch_size),
        validation_data=evaluation_batches(
            data.validation, recipe.evaluation_batch_size
        ),
        # The batches come in their order; Keras would warn that it cannot.
        shuffle=False,
        verbose=verbose,
        callbacks=[ValidateAveraged(), clock, recorder, *callbacks],
    )


def _finish(model, recipe, data, directory, progress) -> dict[str, Any]:
    """Writes the best epoch's model, the pictures and, last, the result."""
    # Once more: the process may have died between a checkpoint and its row.
    write_text(directory.metrics, as_csv(progress.rows))
    best_first = sorted(
        directory.checkpoints.epochs(),
        key=lambda epoch: progress.rows[epoch - 1]["validation_nats"],
    )
    best = directory.checkpoints.restore_first(best_first, state_of(model))
    with averaged_weights(model):
        with replacing(directory.model) as temporary:
            model.save(temporary)
        report.write_pictures(directory, model, recipe, data, progress.rows)
        result = report.result(
            model, recipe, data, progress, best_epoch=best.epoch
        )
    write_json(directory.result, result)
    return result


@contextlib.contextmanager
def _dtype_policy(name: str):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
