"""What is written down after every epoch."""

import math

import keras

from tf_autoregressive.callbacks import TimeLimit

from .checkpoints import Progress
from .errors import UsageError
from .files import write_text
from .history import Row
from .history import as_csv
from .history import is_stale
from .recipe import Recipe
from .run_directory import RunDirectory


class EpochRecorder(keras.callbacks.Callback):
    """Adds the epoch to the progress, saves everything, and says when to stop.

    Args:
        recipe: The recipe that is trained.
        directory: Where checkpoints and metrics.csv go.
        progress: The run's progress, which every epoch extends.
        clock: The training clock; must come before this callback in `fit`.
    """

    def __init__(
        self,
        recipe: Recipe,
        directory: RunDirectory,
        progress: Progress,
        clock: TimeLimit,
    ):
        super().__init__()
        self.recipe = recipe
        self.directory = directory
        self.progress = progress
        self.clock = clock

    def on_epoch_end(self, epoch, logs=None):
        row = self._row(epoch + 1, logs)
        self._check_finite(row)
        self.progress.rows.append(row)
        self.progress.train_seconds = self.clock.spent
        self.progress.stopped = self._reason_to_stop(epoch + 1)
        self.directory.checkpoints.save(state_of(self.model), self.progress)
        write_text(self.directory.metrics, as_csv(self.progress.rows))
        if self.progress.stopped:
            self.model.stop_training = True

    def _row(self, epoch: int, logs) -> Row:
        optimizer = self.model.optimizer
        return {
            "epoch": epoch,
            "step": int(optimizer.iterations),
            "train_nats": float(logs["loss"]),
            "validation_nats": float(logs["val_loss"]),
            "validation_bits_per_dim": logs.get("val_bits_per_dim"),
            "learning_rate": float(optimizer.learning_rate),
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

    def _check_finite(self, row: Row):
        if math.isfinite(row["train_nats"] + row["validation_nats"]):
            return
        epochs = self.directory.checkpoints.epochs()
        kept = f"epoch {epochs[-1]}" if epochs else "none"
        raise UsageError(
            f"Training diverged in epoch {row['epoch']}, before step "
            f"{row['step']}: {row['train_nats']} nats on training data, "
            f"{row['validation_nats']} on validation data. Last good "
            f"checkpoint: {kept}. Try a lower learning_rate or a clipnorm in "
            "another --run-dir."
        )


def state_of(model):
    """Returns all variables that training changes, in a fixed order.

    The states of random seed generators are among the model's variables.
    """
    return model.variables + model.optimizer.variables
