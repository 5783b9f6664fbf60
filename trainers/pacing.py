"""A learning rate that follows the clock, so that it ends when the time does.

How many steps fit into a time is not known before; a schedule over steps would
be broken off at a rate that is still high, or end long before the time.
"""

import math

import keras
import numpy as np

from tf_autoregressive.callbacks import TimeLimit

from .recipe import Recipe


def paced(recipe: Recipe, clock: TimeLimit, verbose) -> list:
    """Returns the callbacks of a recipe that trains for a time, none of others.

    Args:
        recipe: What is trained.
        clock: The training clock; must come before these callbacks in `fit`.
        verbose: Whether to print a line after every epoch.
    """
    if recipe.epochs is not None:
        return []
    shown = [TimeLines(clock)] if verbose else []
    return [PacedLearningRate(recipe, clock), *shown]


class PacedLearningRate(keras.callbacks.Callback):
    """Sets the learning rate before every call of the training function.

    With `f` the share of the time that is spent, `r` the recipe's
    `final_learning_rate_fraction` and `w` its `warmup_steps`, at step `s`:

        rate = learning_rate * min(1, (s + 1) / w) * schedule(f)
        cosine:      schedule(f) = r + (1 - r) (1 + cos(pi f)) / 2
        exponential: schedule(f) = r^f

    Args:
        recipe: What is trained.
        clock: The training clock.
    """

    def __init__(self, recipe: Recipe, clock: TimeLimit):
        super().__init__()
        self.recipe = recipe
        self.clock = clock

    def on_train_batch_begin(self, batch, logs=None):
        spent = min(1.0, self.clock.spent / self.clock.seconds)
        rate = self.recipe.learning_rate * scheduled(self.recipe, spent)
        if self.recipe.warmup_steps:
            rate *= min(1.0, (self._step() + 1) / self.recipe.warmup_steps)
        self.model.optimizer.learning_rate = rate

    def _step(self) -> int:
        """Returns the number of batches so far."""
        updates = int(np.asarray(self.model.optimizer.iterations))
        return updates * (self.recipe.gradient_accumulation_steps or 1)


class TimeLines(keras.callbacks.Callback):
    """Prints the time spent and both scores after every epoch.

    Args:
        clock: The training clock.
    """

    def __init__(self, clock: TimeLimit):
        super().__init__()
        self.clock = clock

    def on_epoch_end(self, epoch, logs=None):
        print(
            f"{_minutes(self.clock.spent)} of {_minutes(self.clock.seconds)} "
            f"minutes: {int(np.asarray(self.model.optimizer.iterations)):,} "
            f"steps, {logs['loss']:.2f} nats in training, "
            f"{logs['val_loss']:.2f} in validation",
            flush=True,
        )


def scheduled(recipe: Recipe, spent: float) -> float:
    """Returns the learning rate as a share of its peak, without warm-up.

    Args:
        recipe: Its `schedule` and `final_learning_rate_fraction` count.
        spent: The share of the time that is spent, from 0 to 1.
    """
    final = recipe.final_learning_rate_fraction
    if recipe.schedule == "exponential":
        return final**spent
    if recipe.schedule == "constant":
        return 1.0
    return final + (1.0 - final) * 0.5 * (1.0 + math.cos(math.pi * spent))


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
