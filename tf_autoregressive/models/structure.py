"""Stored weights, and the structure that they are the weights of."""

import numpy as np


def without_structure(store, **structure):
    """Returns the stored variables alone, if they have this structure.

    Weights of one ordering fit the shapes of every other, and would give
    another distribution without a word.

    Args:
        store: What `save_own_variables` was given, by name.
        **structure: Arrays that must be as they were; files from before they
            were stored have none.

    Raises:
        ValueError: If one is not as it was.
    """
    # Keras's stores have `keys`, and cannot be iterated over.
    stored = {name: store[name] for name in list(store.keys())}
    for name, expected in structure.items():
        if not np.array_equal(stored.pop(name, expected), expected):
            raise ValueError(
                f"The weights are those of another `{name}`, so they would not "
                "mean the same here. Build the model with the arguments of the "
                "one that was saved, or load the whole model from .keras."
            )
    return stored
