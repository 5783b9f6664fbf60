"""Making the weights of a model, all of them or none."""

import contextlib

from keras.src.backend.common import global_state


@contextlib.contextmanager
def whole_or_nothing(model):
    """Forgets weights that Keras was still to make if it fails at one.

    Keras keeps a list of them, and would begin anew with it at the next model,
    which fails at those that were made: one model that does not fit into memory
    would break every later one in the process.

    Args:
        model: The model whose weights are made within.

    Raises:
        MemoryError: If there is no memory for them.
    """
    try:
        yield
    except Exception as error:
        global_state.set_global_attribute("uninitialized_variables", [])
        # Keras turns it into an error about the error.
        if "ResourceExhausted" in f"{type(error).__name__} {error}":
            raise MemoryError(
                f"The weights of this {type(model).__name__} do not fit into "
                f"memory. Received: event_shape={model.event_shape}"
            ) from error
        raise
