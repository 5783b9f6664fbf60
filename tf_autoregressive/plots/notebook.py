"""A picture in a notebook.

A picture is a PNG file, which is kept in memory here and shown.
"""

import io
from collections.abc import Callable
from typing import Any


class Picture(bytes):
    """The bytes of a PNG file, which notebooks show as a picture."""

    def _repr_png_(self):
        return bytes(self)

    def __repr__(self):
        # Notebooks store this beside the picture: the bytes would be there
        # twice, the second time as text.
        return f"<PNG file of {len(self):,} bytes>"


def picture(save: Callable[..., None], *args: Any, **options: Any) -> Picture:
    """Returns the picture that a function would save, for a notebook.

    Args:
        save: One of the functions `save_...`.
        *args: Its arguments after the file.
        **options: Its further arguments.

    Returns:
        A `Picture`.

    Example:
        >>> import numpy as np
        >>> from tf_autoregressive.plots import save_image_grid
        >>> image = np.ones((1, 2, 2, 1), int)
        >>> picture(save_image_grid, image, num_levels=2)[1:4]
        b'PNG'
    """
    file = io.BytesIO()
    save(file, *args, **options)
    return Picture(file.getvalue())
