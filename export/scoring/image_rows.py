"""Events in a folder of image files, a piece at a time.

Shapes: N images, H height, W width, C channels.
"""

import pathlib
from typing import Any

import numpy as np

from tf_autoregressive.datasets.image_decoder import MODES
from tf_autoregressive.datasets.image_decoder import ImageDecoder
from tf_autoregressive.datasets.image_files import SUFFIXES
from tf_autoregressive.datasets.image_files import image_files
from tf_autoregressive.datasets.reading import reading

from .row_reader import RowReader


class ImageRows(RowReader):
    """The images in a folder and below it, in the order of their paths.

    They are read as `ImageDecoder` says, which `from_image_folder` uses too.
    Only the images that are read take memory, and the names of all files.

    Args:
        path: The folder.
        shape: `(H, W, C)` of every image; `C` is 1 for grey or 3 for RGB.
        num_levels: As `ImageDecoder` takes it.
        background: As `ImageDecoder` takes it.

    Attributes:
        shape: `(N, H, W, C)`.
        dtype: uint8.
        files: Paths of the images, one for each row.

    Raises:
        ValueError: If the folder holds no images, or images do not have such a
            `shape` or `num_levels`.
    """

    dtype = np.dtype("uint8")

    def __init__(
        self,
        path: str | pathlib.Path,
        shape: tuple,
        *,
        num_levels: int | None = 256,
        background: int | tuple[int, int, int] | None = None,
    ) -> None:
        self._decoder = image_decoder(shape, num_levels, background)
        self.path = pathlib.Path(path)
        self.files = image_files(self.path)
        if not self.files:
            raise ValueError(f"{path} holds no images ({', '.join(SUFFIXES)}).")
        self.shape = (len(self.files), *shape)

    def close(self) -> None:
        """Does nothing: no file is open between two readings."""

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns images `start` to `stop`, fewer at the end of the folder.

        Raises:
            ValueError: If a file is not an image of that size, or not one that
                `ImageDecoder` reads.
        """
        return np.stack([self._event(file) for file in self.files[start:stop]])

    def _event(self, file):
        with reading(file, "a file"):
            data = file.read_bytes()
        return self._decoder.event(data, file, self.shape[1:3])


def image_decoder(
    shape: tuple[int, ...],
    num_levels: Any,
    background: int | tuple[int, int, int] | None,
) -> ImageDecoder:
    """Returns the `ImageDecoder` for events of a shape.

    Raises:
        ValueError: If images do not have such events.
    """
    if len(shape) != 3 or shape[-1] not in MODES:
        raise ValueError(
            "Images need a model of images, of event shape (H, W, 1) or "
            f"(H, W, 3). Received: {tuple(shape)}"
        )
    return ImageDecoder(shape[-1], num_levels, background)
