"""Piano rolls: which notes sound in each step of a song."""

from typing import Any

import numpy as np

from tf_autoregressive import plots

from ..files import replacing
from .medium import Medium

_NUM_SONGS = 4


class Music(Medium):
    """Sequences of vectors, drawn as numbers."""

    name = "music"
    caption = (
        "A column is a step of a song, and a row a note, the low ones below."
    )

    def save_draws(self, directory: Any, data: Any, seed: int) -> None:
        """Saves a picture of some songs, with a column for each step.

        A row is a note, and the low ones are at the bottom. Real values have no
        picture.
        """
        if self.model.num_levels is None:
            return
        songs = self._few(_NUM_SONGS, data, seed)
        rolls = np.transpose(songs, (0, 2, 1))[:, ::-1, :, None]
        with replacing(directory.samples) as temporary:
            plots.save_image_grid(
                temporary, rolls, num_levels=self.model.num_levels
            )
