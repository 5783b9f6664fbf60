"""A guard that makes all weights of a model, or none."""

import contextlib
from collections.abc import Iterator
from typing import Any

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
