"""Orders in which an event's dimensions are generated.

An ordering is an int32 array `[D]` with `ordering[rank] = dimension`: the
dimension (its index in the flattened event) that is generated at each rank.
Shapes: D event dimensions.
"""

import graphlib
import heapq
import math
from collections.abc import Iterator
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


def snake(event_shape: Sequence[int]) -> np.ndarray:
    """Returns the rows of an image from left to right and back, in turns.

    Every pixel is a neighbour of the one before. Its channels come in order.

    Args:
        event_shape: `(H, W, C)`.

    Raises:
        ValueError: If that is not the shape of an image.
    """
    pixels = _pixels(event_shape, "snake").copy()
    pixels[1::2] = pixels[1::2, ::-1]
    return _with_channels(pixels, event_shape)


def hilbert(event_shape: Sequence[int]) -> np.ndarray:
    """Returns a Hilbert curve through the pixels of an image of any size.

    Every pixel touches the one before, at a corner at most once in a curve, and
    pixels that are close in the order are close in the image. The channels of a
    pixel come in order.

    Args:
        event_shape: `(H, W, C)`.

    Raises:
        ValueError: If that is not the shape of an image.
    """
    pixels = _pixels(event_shape, "hilbert")
    height, width = pixels.shape
    down, right = np.array([height, 0]), np.array([0, width])
    # A curve begins along the longer side.
    along, across = (right, down) if width >= height else (down, right)
    cells = np.array(list(_curve(np.array([0, 0]), along, across)))
    return _with_channels(pixels[cells[:, 0], cells[:, 1]], event_shape)


def symmetries(event_shape: Sequence[int]) -> np.ndarray:
    """Returns the 8 images of the raster order, int32 `[8, D]`.

    They begin in each of the corners, and go along rows or along columns. The
    first is the natural order. The channels of a pixel come in order.

    Args:
        event_shape: `(H, W, C)`.

    Raises:
        ValueError: If that is not the shape of an image.
    """
    pixels = _pixels(event_shape, "symmetries")
    return np.stack(
        [
            _with_channels(turned[::down, ::right], event_shape)
            for turned in (pixels, pixels.T)
            for down in (1, -1)
            for right in (1, -1)
        ]
    )


def topological(adjacency: np.ndarray) -> np.ndarray:
    """Returns an order in which the parents of a dimension come before it.

    Among dimensions whose parents have come, the one of lowest index is next.

    Args:
        adjacency: `[D, D]`, not zero at `[i, j]` if `i` is a parent of `j`.

    Raises:
        ValueError: If it is not square, or if the graph has a cycle, which the
            message names.
    """
    adjacency = np.asarray(adjacency)
    if adjacency.ndim != 2 or adjacency.shape[0] != adjacency.shape[1]:
        raise ValueError(
            "`adjacency` must be a square matrix. "
            f"Received: shape {adjacency.shape}"
        )
    parents = [np.flatnonzero(column).tolist() for column in adjacency.T]
    sorter = graphlib.TopologicalSorter(dict(enumerate(parents)))
    try:
        sorter.prepare()
    except graphlib.CycleError as error:
        cycle = " -> ".join(map(str, error.args[1]))
        raise ValueError(
            f"`adjacency` must be of a graph without cycles. Received: {cycle}"
        ) from error
    order, ready = [], list(sorter.get_ready())
    heapq.heapify(ready)
    while ready:
        order.append(heapq.heappop(ready))
        sorter.done(order[-1])
        for dimension in sorter.get_ready():
            heapq.heappush(ready, dimension)
    return np.array(order, "int32")


NAMED = {
    "natural": natural,
    "reversed": backward,
    "random": random,
    "snake": snake,
    "hilbert": hilbert,
}


def resolve(ordering: Ordering, event_shape: Sequence[int]) -> np.ndarray:
    """Returns the permutation `[D]` that a user's `ordering` stands for.

    Args:
        ordering: `"natural"`, `"reversed"`, `"random"` (seed 0), for images
            `"snake"` or `"hilbert"`, or a permutation of `range(D)`.
        event_shape: Shape of one event.

    Raises:
        ValueError: If the name is unknown or not one for events of this shape,
            or the array is not a permutation.
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


def _pixels(event_shape, name):
    """Returns the indices of the pixels of an image, int `[H, W]`."""
    if len(event_shape) != 3:
        raise ValueError(
            f"`event_shape` must be (H, W, C) for the ordering {name!r}. "
            f"Received: event_shape={tuple(event_shape)}"
        )
    height, width, _ = event_shape
    return np.arange(height * width).reshape(height, width)


def _with_channels(pixels, event_shape):
    """Returns the dimensions of the pixels, the channels of each in order."""
    channels = np.arange(event_shape[-1])
    return (
        (pixels.reshape(-1, 1) * len(channels) + channels)
        .ravel()
        .astype("int32")
    )


def _curve(
    corner: np.ndarray, along: np.ndarray, across: np.ndarray
) -> Iterator[np.ndarray]:
    """Yields the cells of a rectangle, from a corner to the end of one side.

    A long rectangle is cut into two halves, one after the other. Any other is
    run through across the first half of its side, along the far half, and back
    across the second half. Cuts fall on even lengths, without which a part
    would not end beside the next one.

    Args:
        corner: The first cell, `[2]`.
        along: The side to whose end it goes, `[2]` with one entry of zero.
        across: The other side.
    """
    length, breadth = np.abs(along).sum(), np.abs(across).sum()
    ahead, aside = np.sign(along), np.sign(across)
    if breadth == 1:
        yield from (corner + step * ahead for step in range(length))
    elif length == 1:
        yield from (corner + step * aside for step in range(breadth))
    elif 2 * length > 3 * breadth:
        half = _even_half(length) * ahead
        yield from _curve(corner, half, across)
        yield from _curve(corner + half, along - half, across)
    else:
        first, middle = length // 2 * ahead, _even_half(breadth) * aside
        yield from _curve(corner, middle, first)
        yield from _curve(corner + middle, along, across - middle)
        yield from _curve(
            corner + along - ahead + middle - aside, -middle, first - along
        )


def _even_half(length):
    """Returns about half of a length, an even number if it has more than 2."""
    half = length // 2
    return half + (half % 2 and length > 2)
