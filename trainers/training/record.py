"""The callbacks that record every epoch."""

import keras
import numpy as np

from tf_autoregressive.callbacks import TimeLimit

from ..files import write_text
from ..recipe import Recipe
from .checkpoints import Progress
from .history import Row
from .history import as_csv
from .history import is_stale
from .run_directory import RunDirectory


class EpochFollower(keras.callbacks.Callback):
    """Adds the epoch to the progress, and says when to stop.

    It is for processes that train together with one that writes the files.

    Args:
        recipe: The recipe that is trained.
        progress: The run's progress, which every epoch extends.
        clock: The training clock; must come before this callback in `fit`.
    """

    def __init__(self, recipe: Recipe, progress: Progress, clock: TimeLimit):
        super().__init__()
        self.recipe = recipe
        self.progress = progress
        self.clock = clock

    def on_epoch_end(self, epoch, logs=None):
        self.progress.rows.append(self._row(epoch + 1, logs))
        self.progress.train_seconds = self.clock.spent
        self.progress.stopped = self._reason_to_stop(epoch + 1)
        if self.progress.stopped:
            self.model.stop_training = True

    def _row(self, epoch: int, logs) -> Row:
        optimizer = self.model.optimizer
        return {
            "epoch": epoch,
            "step": int(np.asarray(optimizer.iterations)),
            "train_nats": float(logs["loss"]),
            "validation_nats": float(logs["val_loss"]),
            "validation_bits_per_dim": logs.get("val_bits_per_dim"),
            "learning_rate": float(np.asarray(optimizer.learning_rate)),
            "train_seconds": round(self.clock.spent, 3),
        }

    def _reason_to_stop(self, epoch: int) -> str | None:
        if self.clock.reached:
            return "max_seconds"
        if epoch >= self.recipe.epochs:
            return "epochs"
        patience = self.recipe.early_stopping_patience
        return (
            "early stopping" if is_stale(self.progress.rows, patience) else None
        )


class EpochRecorder(EpochFollower):
    """An `EpochFollower` that also writes checkpoints and metrics.csv.

    Args:
        directory: The run's directory.
        *args: Passed to `EpochFollower`.
    """

    def __init__(self, directory: RunDirectory, *args):
        super().__init__(*args)
        self.directory = directory

    def on_epoch_end(self, epoch, logs=None):
        super().on_epoch_end(epoch, logs)
        self.directory.checkpoints.save(state_of(self.model), self.progress)
        write_text(self.directory.metrics, as_csv(self.progress.rows))


def state_of(model):
    """Returns all variables that training changes, in a fixed order.

    The states of random seed generators are among the model's variables.
    """
    return model.variables + model.optimizer.variables
