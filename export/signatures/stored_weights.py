"""The weights of an exported model, as they are or stored smaller.

Shapes: C the last axis of a weight: output channels, units.
"""

import contextlib
from collections.abc import Iterator
from contextlib import AbstractContextManager

import keras
import numpy as np
import tensorflow as tf


class StoredWeights:
    """All weights of a model in the dtype that it computes with.

    Args:
        model: A Keras model.

    Attributes:
        name: The name of the way in which matrices are stored.
    """

    name = "float32"

    def __init__(self, model: keras.Model) -> None:
        self._model = model

    @property
    def variables(self) -> list[tf.Variable]:
        """The `tf.Variable`s that a SavedModel holds.

        They are those of the model, without those of the optimizer and metrics.
        """
        return [weight.value for weight in self._model.weights]

    def in_graph(self) -> AbstractContextManager:
        """Returns a context: graphs traced in it compute with these weights."""
        return contextlib.nullcontext()

    def in_model(self) -> AbstractContextManager:
        """Returns a context in which the model itself has these weights."""
        return contextlib.nullcontext()


class SmallerWeights(StoredWeights):
    """Weights whose matrices and kernels are stored in fewer bits.

    Graphs turn them back into float32 before they compute. A weight with fewer
    than two axes, such as a bias, stays as it is.

    Args:
        model: A Keras model.
        name: `"float16"`, or `"int8"`: whole numbers from -127 to 127, with a
            float32 scale for each of `C`.
    """

    def __init__(self, model: keras.Model, name: str) -> None:
        super().__init__(model)
        self.name = name
        store = _Float16 if name == "float16" else _Int8
        self._whole = [w for w in model.weights if len(w.shape) < 2]
        self._smaller = {
            weight.path: (weight, store(weight.numpy()))
            for weight in model.weights
            if len(weight.shape) >= 2
        }

    @property
    def variables(self) -> list[tf.Variable]:
        smaller = [
            variable
            for _, stored in self._smaller.values()
            for variable in stored.variables
        ]
        return [weight.value for weight in self._whole] + smaller

    def in_graph(self) -> AbstractContextManager:
        # Keras reads these tensors in place of the variables, so that the
        # SavedModel holds the smaller weights alone.
        return keras.StatelessScope(
            [(weight, s.restored()) for weight, s in self._smaller.values()]
        )

    @contextlib.contextmanager
    def in_model(self) -> Iterator[None]:
        exact = [
            (weight, weight.numpy()) for weight, _ in self._smaller.values()
        ]
        try:
            for weight, stored in self._smaller.values():
                weight.assign(stored.restored())
            yield
        finally:
            for weight, value in exact:
                weight.assign(value)


class _Float16:
    def __init__(self, value):
        # A weight that is too large becomes infinite. The export is refused
        # then, since scores change by more than any tolerance.
        with np.errstate(over="ignore"):
            self.variables = [tf.Variable(value.astype("float16"))]

    def restored(self):
        return tf.cast(self.variables[0], tf.float32)


class _Int8:
    def __init__(self, value):
        largest = np.abs(value).max(axis=tuple(range(value.ndim - 1)))
        # A channel of zeros keeps them: 0 / 0 would be NaN.
        scale = np.where(largest > 0.0, largest / 127.0, 1.0).astype("float32")
        self.variables = [
            tf.Variable(np.rint(value / scale).astype("int8")),
            tf.Variable(scale),
        ]

    def restored(self):
        numbers, scale = self.variables
        return tf.cast(numbers, tf.float32) * scale
