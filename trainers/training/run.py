"""The training of a recipe into a run directory, also of one that was begun.

A run that was interrupted at any moment ends like one that was not, with the
same weights, optimizer state, order of examples, random state and metrics. The
state is saved after every epoch; an interrupted epoch is run again.

Among several processes that train together, each runs this; one of them, the
chief, writes the files, and the others read its checkpoints.
"""

import contextlib
import dataclasses
from collections.abc import Callable
from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Any

import keras
import tensorflow as tf

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
from . import outcome
from .averaging import ValidateAveraged
from .averaging import averaged_weights
from .batches import steps_per_epoch
from .batches import training_batches
from .build import compiled_model
from .checkpoints import Progress
from .display import displayed
from .divergence import StopOnDivergence
from .history import as_csv
from .pacing import PacedLearningRate
from .pacing import clock_of
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
    callbacks: Callable[["Run"], Iterable] = lambda run: (),
) -> dict[str, Any]:
    """Trains the recipe to its end and returns the result.

    Args:
        recipe: The recipe to train.
        directory: The directory of the run: a new one, or that of an
            interrupted or finished run of the same recipe.
        data_dir: The folder of the data, as `tf_autoregressive.datasets.load`
            takes it, or the places of a user's own.
        data: The recipe's data, if it is loaded already.
        strategy: Name of the devices to train on; see `strategies.strategy`.
        verbose: 0 for silence, 1 for progress within epochs on a terminal, 2
            for a line after every epoch.
        callbacks: A function of the `Run` that returns Keras callbacks beside
            the program's own.

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
        current = Run(recipe, directory, data, model)
        with current.begun(data_dir):
            current.restore()
            if not current.progress.stopped:
                current.fit(verbose=verbose, callbacks=callbacks(current))
            return current.finish()


@dataclasses.dataclass
class Run:
    """The training of a recipe on its data, as far as it has come.

    Attributes:
        recipe: The recipe that is trained.
        directory: The directory of the run.
        data: The recipe's data.
        model: The recipe's model, compiled, with its weights.
        progress: The progress of the run.
    """

    recipe: Recipe
    directory: RunDirectory
    data: Data
    model: Any
    progress: Progress = dataclasses.field(default_factory=Progress)

    @property
    def devices(self) -> tf.distribute.Strategy:
        """The `tf.distribute.Strategy` of the model."""
        return self.model.distribute_strategy

    @property
    def is_chief(self) -> bool:
        """Whether this process writes the run's files."""
        return strategies.is_chief(self.devices)

    @property
    def steps_per_epoch(self) -> int:
        """Training steps of an epoch."""
        return steps_per_epoch(self.data.train, self.recipe)

    def begun(self, data_dir: str | Places | None) -> AbstractContextManager:
        """Begins the run's directory, for the length of a block.

        Args:
            data_dir: The folder or the places of the data.
        """
        if not self.is_chief:
            return contextlib.nullcontext()
        sha256 = self.data.info.sha256
        return self.directory.begun(self.recipe, sha256, data_dir)

    def restore(self) -> None:
        """Continues after the newest checkpoint that is whole, if there is one.

        Raises:
            UsageError: If all are damaged, or the processes that train
                together do not share the directory.
        """
        newest_first = self.directory.checkpoints.epochs()[::-1]
        if newest_first:
            self.progress = self._restored_first(newest_first)
            print(
                f"{self.directory.path}: continuing after epoch "
                f"{self.progress.epoch}."
            )
        self._check_shared()

    def fit(self, *, verbose: int, callbacks: Iterable) -> None:
        """Trains until the recipe says that it is over.

        Args:
            verbose: As `run` takes it.
            callbacks: Keras callbacks beside the program's own.
        """
        print(strategies.devices_text(self.devices))
        self._tell_of_slow_average()
        steps, recipe = self.steps_per_epoch, self.recipe
        clock = clock_of(recipe, self.progress.train_seconds)
        validation, validation_steps = sharded_evaluation(
            self.data.validation, recipe.evaluation_batch_size, self.devices
        )
        pacing = (
            [PacedLearningRate(recipe, clock, recipe.epochs * steps)]
            if recipe.paced
            else []
        )
        with displayed(
            recipe, clock, steps, verbose=verbose if self.is_chief else 0
        ) as display:
            self.model.fit(
                sharded(self._training_batches(), self.devices),
                initial_epoch=self.progress.epoch,
                epochs=recipe.epochs,
                steps_per_epoch=steps,
                validation_data=validation,
                validation_steps=validation_steps,
                # The batches come in their order. Keras would warn that it
                # cannot shuffle them.
                shuffle=False,
                verbose=0,
                callbacks=[
                    ValidateAveraged(),
                    clock,
                    *pacing,
                    StopOnDivergence(self.directory.checkpoints, steps),
                    (EpochRecorder if self.is_chief else EpochFollower)(
                        self, clock
                    ),
                    *callbacks,
                    *display,
                ],
            )

    def finish(self) -> dict[str, Any]:
        """Writes the best epoch's model, the pictures and, last, the result.

        Returns:
            The contents of result.json.
        """
        # This waits until the last checkpoint is written.
        self._check_shared()
        rows = self.progress.rows
        if self.is_chief:
            # The rows are written once more, because the process may have died
            # between a checkpoint and its row.
            write_text(self.directory.metrics, as_csv(rows))
        best_first = sorted(
            self.directory.checkpoints.epochs(),
            key=lambda epoch: rows[epoch - 1]["validation_nats"],
        )
        # If the best checkpoint is damaged, the next best one has to do.
        best = self._restored_first(best_first)
        with averaged_weights(self.model):
            if self.is_chief:
                with replacing(self.directory.model) as temporary:
                    self.model.save(temporary)
                outcome.save_pictures(self)
            # Every process takes part in scoring.
            result = outcome.result(self, best_epoch=best.epoch)
        if self.is_chief:
            write_json(self.directory.result, result)
        return result

    def _restored_first(self, epochs: list[int]) -> Progress:
        return self.directory.checkpoints.restore_first(
            epochs, state_of(self.model)
        )

    def _check_shared(self):
        """Checks that all processes continue after the same epoch."""
        if strategies.num_workers(self.devices) == 1:
            return
        epochs = strategies.gathered(self.devices, self.progress.epoch)
        if len(set(epochs)) > 1:
            raise UsageError(
                f"The processes found checkpoints of different epochs {epochs} "
                f"in {self.directory.path}. --run-dir must be one that all of "
                "them share."
            )

    def _tell_of_slow_average(self):
        """Prints a warning if averaged weights will stay near the initial ones.

        They would score badly, however well the model has learned.
        """
        momentum = self.recipe.ema_momentum
        steps = self.recipe.epochs * self.steps_per_epoch
        share = (momentum or 0.0) ** steps
        if share > _MOST_INITIAL:
            print(
                f"`ema_momentum` {momentum} leaves {share:.0%} of the initial "
                f"weights in the averaged ones after {steps:,} steps; "
                f"{_MOST_INITIAL ** (1.0 / steps):.4f} leaves "
                f"{_MOST_INITIAL:.0%}."
            )

    def _training_batches(self):
        recipe = self.recipe
        if recipe.carried_rows:
            # The batches are the same in every epoch, which begins without
            # states.
            rows = recipe.carried_rows
            return continued_batches(self.data.train, rows).repeat()
        return training_batches(
            self.data.train,
            batch_size=recipe.batch_size,
            seed=recipe.seed,
            first_step=self.progress.epoch * self.steps_per_epoch,
            draw=self.data.draw,
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


@contextlib.contextmanager
def _dtype_policy(name: str):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
