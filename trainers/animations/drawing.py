"""An image that grows beside the probabilities of its pixels."""

from typing import Any

import numpy as np

from tf_autoregressive.plots.grids import to_rgb

from . import growing
from .asked import Asked


def frames(model: Any, asked: Asked) -> list[np.ndarray]:
    """Returns the growth of a sample, and of what the model expected.

    At the left is `model.sample(1)`. At the right is the probability that a
    pixel is white, `p(x[i] = 1 | x[<i])`, given the pixels before it: black for
    0, white for 1. Where a pixel has more than two levels it is the probability
    of the values that were drawn, the brightest in the image being white.

    Raises:
        UsageError: If the model does not draw images in one order.
    """
    growing.check_draws_images(model)
    image = np.asarray(model.sample(1, seed=asked.seed))
    probability = np.exp(np.asarray(model.log_prob_per_dim(image)))
    if model.num_levels == 2:
        expected = np.where(image == 1, probability, 1 - probability)
    else:
        expected = probability / probability.max()
    maps = np.round(255 * np.clip(expected, 0, 1)).astype("uint8")
    tiles = np.concatenate([to_rgb(image, model.num_levels), to_rgb(maps, 256)])
    nothing = np.zeros(tiles.shape[1:3], dtype=bool)
    return list(growing.grown(tiles, growing.pixel_ranks(model), nothing, 2))
