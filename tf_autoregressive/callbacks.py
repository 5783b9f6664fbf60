"""Callbacks for Keras `fit`, beside the ones that Keras has."""

import pathlib
import time

import keras

from tf_autoregressive import plots
from tf_autoregressive.arguments import checked_count
from tf_autoregressive.types import Array
from tf_autoregressive.types import Path


class TimeLimit(keras.callbacks.Callback):
    """Stops training after so many seconds of training.

    It counts the time spent in training steps, their input and their
    compilation, and not the time of validation and of other callbacks' work
    between epochs. So the budget does not depend on how often one looks. The
    step that crosses the limit is finished, then the validation of the
    broken-off epoch runs as usual.

    Args:
        seconds: The budget, above 0. `float("inf")` only measures.
        spent: Seconds that earlier calls of `fit` have used of it.

    Attributes:
        spent: Seconds used so far.
        reached: Whether training was stopped by the limit.

    Raises:
        ValueError: If `seconds` is not above 0.

    Example:
        >>> limit = TimeLimit(seconds=60.0)
        >>> limit.spent, limit.reached
        (0.0, False)
    """

    # Seconds of the budget that are left to the work after the last step.
    _reserve = 0.0

    def __init__(self, seconds: float, *, spent: float = 0.0) -> None:
        super().__init__()
        if not seconds > 0:
            raise ValueError(
                f"`seconds` must be above 0. Received: seconds={seconds}"
            )
        self.seconds = seconds
        self.spent = spent
        self.reached = False
        self._since = 0.0

    def on_epoch_begin(self, epoch: int, logs: dict | None = None) -> None:
        self._since = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: dict | None = None) -> None:
        now = time.perf_counter()
        self.spent += now - self._since
        self._since = now
        if self.spent + self._reserve >= self.seconds:
            self.reached = True
            self.model.stop_training = True


class SampleGrid(keras.callbacks.Callback):
    """Draws samples after every `every` epochs and saves them as a picture.

    The seed is the same at every epoch, so that successive pictures show how
    the same noise turns into better images.

    Args:
        directory: The folder of `samples-epoch-0001.png` and its successors; it
            is made if it does not exist.
        num_samples: Number of images in the grid.
        every: Epochs between pictures, at least 1.
        seed: Seed of the samples.
        context: The context of each sample, for a conditional model.

    Raises:
        ValueError: If `num_samples` or `every` is below 1, or, when training
            begins, if the model's events are not images.
    """

    def __init__(
        self,
        directory: Path,
        *,
        num_samples: int = 64,
        every: int = 1,
        seed: int = 0,
        context: Array | None = None,
    ) -> None:
        super().__init__()
        self.directory = pathlib.Path(directory)
        self.num_samples = checked_count("num_samples", num_samples)
        self.every = checked_count("every", every)
        self.seed = seed
        self.context = context

    def on_train_begin(self, logs: dict | None = None) -> None:
        if not plots.is_image_shape(self.model.event_shape):
            raise ValueError(
                "`SampleGrid` needs a model of images, of event shape "
                "(H, W, 1) or (H, W, 3). Received: event_shape="
                f"{self.model.event_shape}"
            )
        self.directory.mkdir(parents=True, exist_ok=True)

    def on_epoch_end(self, epoch: int, logs: dict | None = None) -> None:
        if (epoch + 1) % self.every:
            return
        samples = self.model.sample(
            self.num_samples, seed=self.seed, context=self.context
        )
        plots.save_image_grid(
            self.directory / f"samples-epoch-{epoch + 1:04d}.png",
            samples,
            num_levels=self.model.num_levels,
        )
