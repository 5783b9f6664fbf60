"""The view of a run in TensorBoard."""

import importlib.util
import pathlib
import tempfile
import time
from typing import Any

import keras

from ..errors import UsageError
from ..media import medium_of
from ..strategies import is_chief
from .averaging import averaged_weights
from .run import Run


def check_installed() -> None:
    """Checks, before any work, that TensorBoard can be used.

    Raises:
        UsageError: If it is not installed.
    """
    if importlib.util.find_spec("tensorboard") is None:
        raise UsageError(
            "--tensorboard needs a package: pip install tensorboard"
        )


class RunBoard(keras.callbacks.TensorBoard):
    """Keras's TensorBoard, with examples per second and draws.

    It shows metrics and the learning rate after every epoch, the examples
    trained on in a second (validation does not count) and draws from one seed,
    of the weights that validation uses: samples and completions of images,
    texts, sound.

    Args:
        directory: The folder to write the events to.
        run: The `Run`, from whose data draws take contexts and beginnings.
        **kwargs: Passed to `keras.callbacks.TensorBoard`.
    """

    def __init__(
        self, directory: pathlib.Path, run: Run, **kwargs: Any
    ) -> None:
        super().__init__(directory, write_graph=False, **kwargs)
        self.run = run
        self._began = 0.0
        self._ended = 0.0
        self._num_steps = 0

    def set_model(self, model: keras.Model) -> None:
        if not is_chief(model.distribute_strategy):
            # Keras would write in every process, and one of them is enough.
            self.log_dir = tempfile.mkdtemp()
        super().set_model(model)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        super().on_epoch_begin(epoch, logs)
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        super().on_train_batch_end(batch, logs)
        self._ended = time.perf_counter()
        # Validation comes after the last batch, and must not count in the
        # speed.
        self._num_steps = batch + 1

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        examples = self._num_steps * self.run.recipe.batch_size
        speed = examples / (self._ended - self._began)
        super().on_epoch_end(epoch, {**logs, "examples_per_second": speed})
        with averaged_weights(self.model), self._train_writer.as_default():
            info = self.run.data.info
            medium = medium_of(self.model, info.rate, info.table)
            medium.show(self.run.data, self.run.recipe.seed, epoch)


class GradientNorm(keras.callbacks.Callback):
    """Makes `fit` log `gradient_norm`, of a step's gradient before clipping.

    An epoch has the norm of its last step.
    """

    def set_model(self, model: keras.Model) -> None:
        super().set_model(model)
        model.logs_gradient_norm = True
