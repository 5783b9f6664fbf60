"""Events on their way between the page and a model."""

from typing import Any

import numpy as np

from ..errors import UsageError


def event_of(values: list[int], model: Any) -> np.ndarray:
    """Returns the event `event_shape` that the page sent as a list.

    Raises:
        UsageError: If it is not an event of the model.
    """
    shape = model.event_shape
    if len(values) != model.num_dims:
        raise UsageError(
            f"The model needs the {model.num_dims} values of an event of shape "
            f"{shape}. Received: {len(values)}"
        )
    if min(values) < 0 or max(values) >= model.num_levels:
        raise UsageError(
            f"Values must lie between 0 and {model.num_levels - 1}. Received: "
            f"values from {min(values)} to {max(values)}"
        )
    return np.reshape(np.asarray(values, "int32"), shape)


def listed(events: Any) -> list[list[int]]:
    """Returns a list of integers for each of some events `[N, ...]`."""
    events = np.asarray(events)
    return events.reshape(len(events), -1).astype(int).tolist()
