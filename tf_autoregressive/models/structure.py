"""Stored weights, and the structure of the model that they belong to."""

from typing import Any

import numpy as np


def without_structure(store: Any, **structure: Any) -> Any:
    """Returns the stored variables alone, if their structure is this one.

    Weights of one ordering fit the shapes of every other, and would give
    another distribution without an error.

    Args:
        store: The store that `save_own_variables` wrote to, by name.
        **structure: Arrays that must be as they were; files from before they
            were stored have none.

    Raises:
        ValueError: If an array differs.
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
