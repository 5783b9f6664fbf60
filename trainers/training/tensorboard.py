"""The view of a run in TensorBoard."""

import importlib.util
import pathlib
import tempfile
import time

import keras

from ..data import load
from ..errors import UsageError
from ..media import medium_of
from ..own_data import Places
from ..recipe import Recipe
from ..strategies import is_chief
from .averaging import averaged_weights


class RunBoard(keras.callbacks.TensorBoard):
    """Keras's TensorBoard, with examples per second and draws.

    It shows metrics and the learning rate after every epoch, the examples
    trained on in a second (validation does not count) and draws from one seed,
    of the weights that validation uses: samples and completions of images,
    texts, sound.

    Args:
        directory: The folder to write the events to.
        recipe: The recipe that is trained.
        data_dir: The place of its data, from which draws take contexts and
            beginnings.
        **kwargs: Passed to `keras.callbacks.TensorBoard`.

    Raises:
        UsageError: If TensorBoard is not installed.
    """

    def __init__(
        self,
        directory: pathlib.Path,
        recipe: Recipe,
        data_dir: str | Places | None = None,
        **kwargs,
    ):
        if importlib.util.find_spec("tensorboard") is None:
            raise UsageError(
                "--tensorboard needs a package: pip install tensorboard"
            )
        super().__init__(directory, write_graph=False, **kwargs)
        self.recipe = recipe
        self.data_dir = data_dir
        self._data = None
        self._began = 0.0
        self._ended = 0.0
        self._num_steps = 0

    def set_model(self, model):
        if not is_chief(model.distribute_strategy):
            # Keras would write in every process, and one of them is enough.
            self.log_dir = tempfile.mkdtemp()
        super().set_model(model)

    def on_train_begin(self, logs=None):
        super().on_train_begin(logs)
        # The data is loaded once more, because callbacks do not get it.
        self._data = load(self.recipe, self.data_dir)

    def on_epoch_begin(self, epoch, logs=None):
        super().on_epoch_begin(epoch, logs)
        self._began = time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        super().on_train_batch_end(batch, logs)
        self._ended = time.perf_counter()
        # Validation comes after the last batch, and must not count in the
        # speed.
        self._num_steps = batch + 1

    def on_epoch_end(self, epoch, logs=None):
        examples = self._num_steps * self.recipe.batch_size
        speed = examples / (self._ended - self._began)
        super().on_epoch_end(epoch, {**logs, "examples_per_second": speed})
        with averaged_weights(self.model), self._train_writer.as_default():
            medium = medium_of(self.model, self._data.info.rate)
            medium.show(self._data, self.recipe.seed, epoch)


class GradientNorm(keras.callbacks.Callback):
    """Makes `fit` log `gradient_norm`, of a step's gradient before clipping.

    An epoch has the norm of its last step.
    """

    def set_model(self, model):
        super().set_model(model)
        model.logs_gradient_norm = True
