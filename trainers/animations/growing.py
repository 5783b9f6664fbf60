"""Images that grow in the order in which a model draws them."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from tf_autoregressive.plots.grids import UNKNOWN
from tf_autoregressive.plots.grids import image_grid

from ..errors import UsageError
from ..media import draws_images

# More frames than these make files that are large.
_FRAMES = 200
# Screen pixels of a pixel and of a frame's width, at most.
_SCALE, _WIDTH = 8, 600
# The pixel that is drawn next.
NEXT = (255, 140, 0)


def check_draws_images(model: Any) -> None:
    """Checks that the model draws images in one order, without a context.

    Raises:
        UsageError: If not.
    """
    takes_more = model.has_many_orderings or model.context.expected
    if takes_more or not draws_images(model):
        raise UsageError(
            "This animation needs a model of images of levels, in one order "
            f"and without a context. Received: {type(model).__name__} of "
            f"events {model.event_shape}"
        )


def pixel_ranks(model: Any) -> np.ndarray:
    """Returns the place of every pixel in the order of drawing, `[H, W]`."""
    ranks = np.argsort(np.ravel(model.ordering)).reshape(model.event_shape)
    # A pixel is whole when the last of its channels is drawn.
    whole = ranks.max(axis=-1)
    return np.searchsorted(np.sort(whole, axis=None), whole)


def grown(
    tiles: np.ndarray, ranks: np.ndarray, known: np.ndarray, num_columns: int
) -> Iterator[np.ndarray]:
    """Yields frames in which the pixels of tiles appear in their order.

    Args:
        tiles: uint8 `[N, H, W, 3]`, whole images.
        ranks: `[H, W]`, the place of every pixel in the order.
        known: bool `[H, W]`, the pixels that are there from the beginning.
        num_columns: Images in a row.
    """
    order = np.sort(ranks[~known])
    step = math.ceil(len(order) / _FRAMES)
    for first in range(0, len(order), step):
        shown = tiles.copy()
        shown[:, ~known & (ranks >= order[first])] = UNKNOWN
        shown[:, ranks == order[first]] = NEXT
        yield framed(shown, num_columns)
    yield framed(tiles, num_columns)


def framed(tiles: np.ndarray, num_columns: int) -> np.ndarray:
    """Returns tiles uint8 `[N, H, W, 3]` in a grid, enlarged."""
    grid = image_grid(tiles, num_levels=256, num_columns=num_columns)
    scale = max(1, min(_SCALE, _WIDTH // grid.shape[1]))
    return grid.repeat(scale, axis=0).repeat(scale, axis=1)
