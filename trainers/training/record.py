"""The callbacks that record every epoch."""

from typing import Any

import keras
import numpy as np

from tf_autoregressive.callbacks import TimeLimit

from ..files import write_text
from .history import Row
from .history import as_csv
from .history import is_stale


class EpochFollower(keras.callbacks.Callback):
    """Adds the epoch to the progress, and says when to stop.

    It is for processes that train together with one that writes the files.

    Args:
        run: The `Run`, whose progress every epoch extends.
        clock: The training clock; must come before this callback in `fit`.
    """

    def __init__(self, run: Any, clock: TimeLimit) -> None:
        super().__init__()
        self.run = run
        self.clock = clock

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        progress = self.run.progress
        progress.rows.append(self._row(epoch + 1, logs))
        progress.train_seconds = self.clock.spent
        progress.stopped = self._reason_to_stop(epoch + 1)
        if progress.stopped:
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
        recipe = self.run.recipe
        if self.clock.reached:
            return "max_seconds"
        if epoch >= recipe.epochs:
            return "epochs"
        patience = recipe.early_stopping_patience
        is_over = is_stale(self.run.progress.rows, patience)
        return "early stopping" if is_over else None


class EpochRecorder(EpochFollower):
    """An `EpochFollower` that also writes checkpoints and metrics.csv."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        super().on_epoch_end(epoch, logs)
        directory, progress = self.run.directory, self.run.progress
        directory.checkpoints.save(state_of(self.model), progress)
        write_text(directory.metrics, as_csv(progress.rows))


def state_of(model: keras.Model) -> list[keras.Variable]:
    """Returns all variables that training changes, in a fixed order.

    The states of random seed generators are among the model's variables.
    """
    return model.variables + model.optimizer.variables
