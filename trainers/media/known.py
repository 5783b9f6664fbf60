"""Names for the positions of an event that a completion is told."""

from collections.abc import Sequence

import numpy as np

from ..errors import UsageError

# Each name has an axis, and whether its first half is the known one.
_HALVES = {
    "top": (0, True),
    "bottom": (0, False),
    "left": (1, True),
    "right": (1, False),
}
KNOWN = (*_HALVES, "random")


def known_positions(
    name: str, event_shape: Sequence[int], *, seed: int = 0
) -> np.ndarray:
    """Returns the known positions of an event, bool `event_shape`.

    Args:
        name: One of `KNOWN`: a half of an image ("top" and "bottom" also of a
            vector), or half of all positions, drawn at random.
        event_shape: Shape of an event; of three axes the last is channels,
            which are given or not together.
        seed: Seed of the random positions.

    Raises:
        UsageError: If the event has no such half.
    """
    if name == "random":
        shape = tuple(event_shape)
        if len(shape) == 3:
            shape = (*shape[:2], 1)
        drawn = np.random.default_rng(seed).random(shape) < 0.5
        return np.broadcast_to(drawn, event_shape).copy()
    axis, is_first = _HALVES[name]
    if axis >= len(event_shape) or event_shape[axis] < 2:
        raise UsageError(
            f"Events of shape {tuple(event_shape)} have no {name} half. "
            f"Choose another of {', '.join(KNOWN)}."
        )
    half = event_shape[axis] // 2
    known = np.zeros(event_shape, dtype=bool)
    part = slice(None, half) if is_first else slice(half, None)
    known[(slice(None),) * axis + (part,)] = True
    return known
