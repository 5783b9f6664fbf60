"""A learning rate that keeps to a limit of time and to one of steps.

Nobody knows before how many steps fit into a time, and a schedule over steps
alone would be broken off at a rate that is still high.
"""

import math
import time
from typing import Any

import keras
import numpy as np

from tf_autoregressive.callbacks import TimeLimit

from ..recipe import Recipe


class Deadline(TimeLimit):
    """A limit of all that `fit` does, where a `TimeLimit` counts its steps.

    It counts validation, and checkpoints but the last, as well. Training stops
    early enough for a last validation as long as the one before.
    """

    def on_train_begin(self, logs: Any = None) -> None:
        self._since = time.perf_counter()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Does nothing, so that the time before the epoch counts."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        now = time.perf_counter()
        # The next epoch is expected to take as long after its last step.
        self._reserve = now - self._since
        self.spent += self._reserve
        self._since = now


def clock_of(recipe: Recipe, spent: float) -> TimeLimit:
    """Returns the training clock of a recipe, to be the first callback.

    Args:
        recipe: The recipe that is trained.
        spent: Seconds that were spent before.
    """
    kind = Deadline if recipe.paced else TimeLimit
    return kind(recipe.max_seconds or float("inf"), spent=spent)


class PacedLearningRate(keras.callbacks.Callback):
    """Sets the learning rate before every call of the training function.

    At step `s` of `S` and second `t` of `T`, with `r` the recipe's
    `final_learning_rate_fraction` and `w` its `warmup_steps`:

        f = max(s / S, t / T)
        rate = learning_rate * min(1, (s + 1) / w) * schedule(f)
        cosine:      schedule(f) = r + (1 - r) (1 + cos(pi f)) / 2
        exponential: schedule(f) = r^f

    Args:
        recipe: The recipe that is trained.
        clock: The training clock.
        num_steps: `S`, the steps of all epochs.
    """

    def __init__(
        self, recipe: Recipe, clock: TimeLimit, num_steps: int
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.clock = clock
        self.num_steps = num_steps

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        updates = int(np.asarray(self.model.optimizer.iterations))
        step = updates * (self.recipe.gradient_accumulation_steps or 1)
        seconds = self.clock.spent / self.clock.seconds
        spent = min(1.0, max(step / self.num_steps, seconds))
        rate = self.recipe.learning_rate * scheduled(self.recipe, spent)
        if self.recipe.warmup_steps:
            rate *= min(1.0, (step + 1) / self.recipe.warmup_steps)
        self.model.optimizer.learning_rate = rate


def scheduled(recipe: Recipe, spent: float) -> float:
    """Returns the learning rate as a share of its peak, without warm-up.

    Args:
        recipe: Its `schedule` and `final_learning_rate_fraction` count.
        spent: The share of training that is over, from 0 to 1.
    """
    final = recipe.final_learning_rate_fraction
    if recipe.schedule == "exponential":
        return final**spent
    if recipe.schedule == "constant":
        return 1.0
    return final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * spent))
