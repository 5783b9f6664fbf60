"""What people see of a training: a bar within an epoch, and a line after it.

The bar of Keras takes the compilation of the first step for the time of every
step, and is wider than 80 columns.
"""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from rich.console import Console
from rich.progress import BarColumn
from rich.progress import Progress
from rich.progress import TextColumn

from tf_autoregressive.callbacks import TimeLimit

from ..recipe import Recipe


@contextlib.contextmanager
def displayed(
    recipe: Recipe, clock: TimeLimit, num_steps: int, *, verbose: int
) -> Iterator[list[keras.callbacks.Callback]]:
    """Gives the callbacks that show a training, for the length of a block.

    A terminal has colours, and a bar that is gone after the block, however it
    ends. A file has plain lines.

    Args:
        recipe: The recipe that is trained.
        clock: The training clock; must come before these callbacks in `fit`.
        num_steps: Steps of an epoch.
        verbose: 0 for silence, 1 for a bar and lines, 2 for lines alone.
    """
    console = Console(markup=False)
    pace = Pace(recipe, clock, num_steps)
    with contextlib.ExitStack() as shown:
        callbacks: list[keras.callbacks.Callback] = [pace]
        if verbose == 1 and has_bar(console):
            callbacks.append(shown.enter_context(EpochBar(pace, console)))
        if verbose:
            callbacks.append(EpochLines(pace, console))
        yield callbacks


def has_bar(console: Console) -> bool:
    """Returns whether a bar can be drawn on a console again and again."""
    return console.is_terminal and not console.is_dumb_terminal


class Pace(keras.callbacks.Callback):
    """Measures how far a training has come, and how fast it goes on.

    Args:
        recipe: The recipe that is trained.
        clock: The training clock.
        num_steps: Steps of an epoch.

    Attributes:
        done: Steps of this epoch so far.
        speed: Steps a second, without the first of an epoch, which may
            compile; `None` until it is known.
    """

    def __init__(
        self, recipe: Recipe, clock: TimeLimit, num_steps: int
    ) -> None:
        super().__init__()
        self.recipe = recipe
        self.clock = clock
        self.num_steps = num_steps
        self.done = 0
        self.speed: float | None = None
        self._epoch = 0
        self._began: list[float] = []
        self._first: tuple[int, float] | None = None

    @property
    def title(self) -> str:
        """The epoch or, where the time decides, the time."""
        if not self.recipe.paced:
            return f"epoch {self._epoch + 1} of {self.recipe.epochs}"
        spent, seconds = self.clock.spent, self.clock.seconds
        return f"{_minutes(spent)} of {_minutes(seconds)} minutes"

    @property
    def share(self) -> float:
        """The share that is done of the epoch or, as the title, of the time."""
        if not self.recipe.paced:
            return self.done / self.num_steps
        return min(1.0, self.clock.spent / self.clock.seconds)

    @property
    def steps_per_second(self) -> str:
        """The speed as text, "" until it is known."""
        if self.speed is None:
            return ""
        digits = ",.0f" if self.speed >= 100 else ".3g"
        return f"{self.speed:{digits}} steps/s"

    @property
    def left(self) -> str:
        """The time that is left of what `share` is of, "" if not known."""
        if self.recipe.paced:
            seconds = self.clock.seconds - self.clock.spent
        elif self.speed is not None:
            seconds = (self.num_steps - self.done) / self.speed
        else:
            return ""
        return f"{_minutes(max(seconds, 0.0))} left"

    @property
    def left_of_all(self) -> str:
        """The time that is left of all epochs, if all of them are needed."""
        epochs = self.recipe.epochs - self._epoch - 1
        if self.recipe.paced or not epochs or self.clock.reached:
            return ""
        an_epoch = (time.monotonic() - self._began[0]) / len(self._began)
        budget = self.clock.seconds - self.clock.spent
        return f"about {_minutes(min(epochs * an_epoch, budget))} left"

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._epoch, self.done, self._first = epoch, 0, None
        self._began.append(time.monotonic())

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        now = time.monotonic()
        self.done = batch + 1
        if self._first is None:
            self._first = self.done, now
            if self.done < self.num_steps:
                return
            # All steps of the epoch were a single call.
            first, since = 0, self._began[-1]
        else:
            first, since = self._first
        self.speed = (self.done - first) / max(now - since, 1e-9)


class EpochLines(keras.callbacks.Callback):
    """Prints a line about every epoch.

    Args:
        pace: The pace of the training, before this callback in `fit`.
        console: The console to print to.
    """

    def __init__(self, pace: Pace, console: Console) -> None:
        super().__init__()
        self.pace = pace
        self.console = console

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        steps = int(np.asarray(self.model.optimizer.iterations))
        facts = [
            f"{steps:,} steps",
            f"{logs['loss']:.2f} nats in training",
            f"{logs['val_loss']:.2f} in validation{_units(logs)}",
            *_others(logs),
            self.pace.steps_per_second,
            self.pace.left_of_all,
        ]
        said = ", ".join(filter(None, facts))
        self.console.print(f"{self.pace.title}: {said}", soft_wrap=True)


class EpochBar(keras.callbacks.Callback):
    """Draws a bar within every epoch, which is gone after it.

    It is a context manager, so that an error does not leave it behind.

    Args:
        pace: The pace of the training, before this callback in `fit`.
        console: The console to draw on.
    """

    def __init__(self, pace: Pace, console: Console) -> None:
        super().__init__()
        self.pace = pace
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.fields[facts]}", style="progress.remaining"),
            console=console,
            transient=True,
            expand=True,
            # The thread that draws must not take time from the training.
            refresh_per_second=4,
        )
        self._task = self._bar.add_task("", total=1.0, visible=False, facts="")

    def __enter__(self) -> "EpochBar":
        self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._bar.stop()

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._draw("")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._draw(f"{logs['loss']:.2f} nats")

    def on_test_begin(self, logs: Any = None) -> None:
        self._draw("validation")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._bar.update(self._task, visible=False)

    def _draw(self, fact: str):
        pace = self.pace
        steps = f"{pace.done:,}/{pace.num_steps:,}"
        facts = (steps, pace.steps_per_second, pace.left, fact)
        self._bar.update(
            self._task,
            description=pace.title,
            completed=pace.share,
            visible=True,
            facts="  ".join(filter(None, facts)),
        )


def _units(logs: dict[str, float]) -> str:
    """Returns the validation score in the units beside nats."""
    units = [
        f"{value:.4f} {name.removeprefix('val_').replace('_per_', '/')}"
        for name, value in logs.items()
        if name.startswith("val_") and name != "val_loss"
    ]
    return f" ({', '.join(units)})" if units else ""


def _others(logs: dict[str, float]) -> list[str]:
    """Returns what is logged of training alone, such as the gradient's norm."""
    return [
        f"{name} {value:.4g}"
        for name, value in logs.items()
        if not name.startswith("val_") and f"val_{name}" not in logs
    ]


def _minutes(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
