"""Guards of the moment at which the weights of a model are made."""

import contextlib
import math
import threading
from collections.abc import Iterator
from typing import Any

import keras
import tensorflow as tf
from keras.src.backend.common import global_state


@contextlib.contextmanager
def whole_or_nothing(model: Any) -> Iterator[Any]:
    """Forgets the weights that Keras had still to make if it fails at one.

    Keras keeps a list of these weights, and would begin with it again at the
    next model, which then fails at those that were made. So one model that does
    not fit into memory would break every later one in the process.

    Args:
        model: The model whose weights are made within.

    Raises:
        MemoryError: If there is no memory for them.
    """
    try:
        yield
    except Exception as error:
        global_state.set_global_attribute("uninitialized_variables", [])
        # Keras would turn this into an error about the error.
        if "ResourceExhausted" in f"{type(error).__name__} {error}":
            raise MemoryError(
                f"The weights of this {type(model).__name__} do not fit into "
                f"memory. Received: event_shape={model.event_shape}"
            ) from error
        raise


def _num_bytes(shape, dtype):
    shape = (shape,) if isinstance(shape, int) else shape or ()
    return math.prod(shape) * tf.as_dtype(dtype).size


_COUNTING = threading.RLock()


@contextlib.contextmanager
def no_more_weights_than(limit: int) -> Iterator[None]:
    """Refuses layers that ask for too many weights, before they get memory.

    Args:
        limit: Bytes that the weights within may take together.

    Raises:
        ValueError: If they take more.
    """
    thread = threading.get_ident()
    asked = 0

    def counted(self, shape=None, initializer=None, dtype=None, **kwargs):
        nonlocal asked
        if threading.get_ident() == thread:
            asked += _num_bytes(shape, dtype or self.variable_dtype)
            if asked > limit:
                raise ValueError(
                    f"The weights must have at most {limit} bytes. Received: "
                    f"{asked}, with those of {self.name}"
                )
        return add_weight(
            self, shape=shape, initializer=initializer, dtype=dtype, **kwargs
        )

    # Keras has no hook, and no way to build a model without its weights.
    with _COUNTING:
        add_weight = keras.layers.Layer.add_weight
        keras.layers.Layer.add_weight = counted
        try:
            yield
        finally:
            keras.layers.Layer.add_weight = add_weight
