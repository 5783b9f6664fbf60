"""Orders in which an event's dimensions are generated.

An ordering is an int32 array `[D]` with `ordering[rank] = dimension`: the
dimension (its index in the flattened event) that is generated at each rank.
Shapes: D event dimensions.
"""

import math
from collections.abc import Sequence

import numpy as np

from tf_autoregressive.types import Ordering


def natural(event_shape: Sequence[int]) -> np.ndarray:
    """Returns the raster order: rows, then columns, then channels."""
    return np.arange(math.prod(event_shape), dtype="int32")


def backward(event_shape: Sequence[int]) -> np.ndarray:
    """Returns the raster order from the last dimension to the first."""
    return natural(event_shape)[::-1].copy()


def random(event_shape: Sequence[int], seed: int = 0) -> np.ndarray:
    """Returns a random permutation that depends on `seed` alone."""
    generator = np.random.default_rng(seed)
    return generator.permutation(math.prod(event_shape)).astype("int32")


NAMED = {"natural": natural, "reversed": backward, "random": random}


def resolve(ordering: Ordering, event_shape: Sequence[int]) -> np.ndarray:
    """Returns the permutation `[D]` that a user's `ordering` stands for.

    Args:
        ordering: `"natural"`, `"reversed"`, `"random"` (seed 0) or a
            permutation of `range(D)`.
        event_shape: Shape of one event.

    Raises:
        ValueError: If the name is unknown or the array is not a permutation.
    """
    if isinstance(ordering, str):
        if ordering not in NAMED:
            raise ValueError(
                f"`ordering` must be one of {sorted(NAMED)} or a permutation. "
                f"Received: ordering={ordering!r}"
            )
        return NAMED[ordering](event_shape)
    num_dims = math.prod(event_shape)
    ordering = np.asarray(ordering)
    if not np.array_equal(np.sort(ordering, axis=None), np.arange(num_dims)):
        raise ValueError(
            f"`ordering` must be a permutation of the {num_dims} dimensions of "
            f"event_shape={tuple(event_shape)}, each of 0, ..., "
            f"{num_dims - 1} once. Received {ordering.size} entries: "
            f"{ordering.ravel()[:10].tolist()}..."
        )
    return ordering.astype("int32")


def ranks(ordering: np.ndarray) -> np.ndarray:
    """Returns the inverse permutation: `ranks[dimension] = rank`."""
    return np.argsort(ordering).astype("int32")


def to_config(ordering: Ordering) -> str | list[int]:
    """Returns a user's `ordering` as JSON holds it: a name or a list."""
    if isinstance(ordering, str):
        return ordering
    return np.asarray(ordering).ravel().tolist()
