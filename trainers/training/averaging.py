"""Scoring and saving with the optimizer's moving average of the weights."""

import contextlib
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np


@contextlib.contextmanager
def averaged_weights(model: keras.Model) -> Iterator[None]:
    """Gives the model its averaged weights for the length of a block.

    The training weights return bit for bit afterwards. (Keras's
    `SwapEMAWeights` exchanges the two by adding and subtracting, which rounds
    the weights at every validation.) Without `use_ema` in the model's
    optimizer nothing happens.

    Args:
        model: A compiled Keras model whose optimizer is built.
    """
    if not model.optimizer.use_ema:
        yield
        return
    training = [np.array(v) for v in model.trainable_variables]
    model.optimizer.finalize_variable_values(model.trainable_variables)
    try:
        yield
    finally:
        for variable, value in zip(
            model.trainable_variables, training, strict=True
        ):
            variable.assign(value)


class ValidateAveraged(keras.callbacks.Callback):
    """Makes `fit` validate with the averaged weights."""

    def __init__(self) -> None:
        super().__init__()
        self._swapped = contextlib.ExitStack()

    def on_test_begin(self, logs: Any = None) -> None:
        self._swapped.enter_context(averaged_weights(self.model))

    def on_test_end(self, logs: Any = None) -> None:
        self._swapped.close()
