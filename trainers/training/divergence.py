"""A guard that stops training which has gone wrong, and says where."""

import math
from typing import Any

import keras

from ..errors import UsageError
from .checkpoints import Checkpoints

# A model that learns is never this many times worse than at the beginning.
_EXPLOSION = 10


class StopOnDivergence(keras.callbacks.Callback):
    """Ends training with an error at a loss that is not finite, or explodes.

    A loss explodes when that of a batch is more than 10 times as large as the
    first one, or than one nat per dimension if that is more.

    Args:
        checkpoints: The run's checkpoints, of which the last is named.
        steps_per_epoch: Batches in an epoch.

    Raises:
        UsageError: In `fit`, naming the step, the batch and the last good
            checkpoint.
    """

    def __init__(self, checkpoints: Checkpoints, steps_per_epoch: int) -> None:
        super().__init__()
        self.checkpoints = checkpoints
        self.steps_per_epoch = steps_per_epoch
        self._epoch = 0
        self._limit = None
        self._sum = 0.0
        self._seen = 0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch = epoch
        self._sum, self._seen = 0.0, 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        # Keras logs the mean of all batches since the epoch began.
        total = logs["loss"] * (batch + 1)
        loss = (total - self._sum) / (batch + 1 - self._seen)
        if self._limit is None and math.isfinite(loss):
            self._limit = _EXPLOSION * max(abs(loss), self.model.num_dims)
        if not math.isfinite(loss) or loss > self._limit:
            self._stop(batch, f"{loss:.6g} nats")
        self._sum, self._seen = total, batch + 1

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        loss = logs["val_loss"]
        if not math.isfinite(loss):
            self._stop(
                self.steps_per_epoch - 1, f"{loss} nats on validation data"
            )

    def _stop(self, batch: int, what: str):
        step = self._epoch * self.steps_per_epoch + batch + 1
        since = step - (batch - self._seen)
        steps = f"step {step}" if since >= step else f"steps {since} to {step}"
        epochs = self.checkpoints.epochs()
        last = self.checkpoints.path(epochs[-1]) if epochs else "none"
        raise UsageError(
            f"Training diverged in {steps} (batch {batch + 1} of epoch "
            f"{self._epoch + 1}): {what}. Last good checkpoint: "
            f"{last}. Try a lower learning_rate or a clipnorm in another "
            "--run-dir."
        )
