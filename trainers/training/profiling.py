"""Traces of training steps, for TensorBoard's profiler."""

import pathlib
from typing import Any

import keras
import tensorflow as tf

from ..strategies import is_chief


class Profile(keras.callbacks.Callback):
    """Writes a trace of some training steps.

    TensorBoard shows it with tensorboard-plugin-profile. The first of several
    processes is traced.

    Args:
        directory: The folder to write `plugins/profile` with the trace to.
        first: Steps before the trace begins: the first ones compile.
        count: Steps to trace, at least; a call of the compiled function is
            traced as a whole.
    """

    def __init__(
        self, directory: pathlib.Path, first: int = 10, count: int = 10
    ) -> None:
        super().__init__()
        self.directory = directory
        self.first = first
        self.count = count
        self._num_steps = 0
        self._running = False
        self._step = None

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        is_done = self._num_steps >= self.first + self.count
        if self._num_steps >= self.first and not (self._running or is_done):
            if not is_chief(self.model.distribute_strategy):
                return
            tf.profiler.experimental.start(str(self.directory))
            self._running = True
        if self._running:
            # TensorBoard tells the steps by this name.
            self._step = tf.profiler.experimental.Trace(
                "train", step_num=self._num_steps, _r=1
            )
            self._step.__enter__()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._num_steps += self.model.steps_per_execution
        if not self._running:
            return
        self._step.__exit__(None, None, None)
        if self._num_steps >= self.first + self.count:
            self._stop()

    def on_train_end(self, logs: Any = None) -> None:
        if self._running:
            self._stop()

    def _stop(self):
        tf.profiler.experimental.stop()
        self._running = False
