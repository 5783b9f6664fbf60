"""A sentence on what known values do not change of a completion."""

from typing import Any

import numpy as np

from ..media import draws


def note(model: Any, known: np.ndarray, what: str) -> str:
    """Returns a sentence about what has no influence, if there is any.

    Args:
        model: The model.
        known: The known positions, bool `event_shape`.
        what: What has a value, such as "pixels".
    """
    if model.any_order or known.all() or not known.any():
        return ""
    if draws.known_too_late(model, known):
        return (
            "The model draws all that is known last, so the completions do not "
            "depend on it."
        )
    in_order = np.ravel(known)[model.ordering]
    first_unknown = np.argmin(in_order, axis=-1)
    num_later = sum(
        row[first:].sum()
        for row, first in zip(in_order, first_unknown, strict=True)
    )
    if not num_later:
        return ""
    return (
        f"The model draws in one order: known {what} that come after an "
        "unknown one have no influence on it."
    )
