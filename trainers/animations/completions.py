"""Completions that grow from what a model is told."""

from typing import Any

import numpy as np

from tf_autoregressive.plots.grids import to_rgb

from ..errors import UsageError
from ..media.draws import known_too_late
from ..media.known import known_positions
from . import growing
from .asked import Asked

_NUM_EXAMPLES, _NUM_COMPLETIONS = 3, 4


def frames(model: Any, asked: Asked) -> list[np.ndarray]:
    """Returns the growth of several completions of each of some examples.

    A row has the completions of one test example.

    Raises:
        UsageError: If the model does not draw images in one order, or draws
            the known part last.
    """
    growing.check_draws_images(model)
    known = known_positions(asked.known, model.event_shape, seed=asked.seed)
    if known_too_late(model, known):
        raise UsageError(
            f"The model draws the known part ({asked.known}) last, so nothing "
            "grows from it. Choose another --known."
        )
    examples = asked.examples(_NUM_EXAMPLES)
    repeated = np.repeat(examples, _NUM_COMPLETIONS, axis=0)
    completed = np.asarray(model.complete(repeated, known, seed=asked.seed))
    tiles = to_rgb(completed, model.num_levels)
    pixels = np.asarray(known.all(axis=-1))
    ranks = growing.pixel_ranks(model)
    return list(growing.grown(tiles, ranks, pixels, _NUM_COMPLETIONS))
