"""Events in a folder of image files, a piece at a time.

Shapes: N images, H height, W width, C channels.
"""

import pathlib

import numpy as np

from tf_autoregressive.datasets.image_files import MODES
from tf_autoregressive.datasets.image_files import SUFFIXES
from tf_autoregressive.datasets.image_files import image_files
from tf_autoregressive.datasets.image_files import load_image

from .row_reader import RowReader


class ImageRows(RowReader):
    """The images in a folder and below it, in the order of their paths.

    Values are 0 and 1 in images of one bit, 0 to 255 in others. Only what is
    read takes memory, and the names of all files.

    Args:
        path: The folder.
        shape: `(H, W, C)` of every image; `C` is 1 for grey or 3 for RGB.

    Attributes:
        shape: `(N, H, W, C)`.
        dtype: uint8.
        files: Paths of the images, one for each row.

    Raises:
        ValueError: If the folder holds no images, or `shape` is of none.
    """

    dtype = np.dtype("uint8")

    def __init__(self, path: str | pathlib.Path, shape: tuple):
        if len(shape) != 3 or shape[-1] not in MODES:
            raise ValueError(
                "A folder of images needs a model of images, of event shape "
                f"(H, W, 1) or (H, W, 3). Received: {tuple(shape)}"
            )
        self.path = pathlib.Path(path)
        self.files = sorted(image_files(self.path))
        if not self.files:
            raise ValueError(f"{path} holds no images ({', '.join(SUFFIXES)}).")
        self.shape = (len(self.files), *shape)

    def close(self):
        """Does nothing: no file is open between two readings."""

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns images `start` to `stop`, fewer at the end of the folder.

        Raises:
            ValueError: If a file is no image, one of another size, or of more
                than 8 bits a channel.
        """
        return np.stack([self._image(file) for file in self.files[start:stop]])

    def _image(self, file):
        height, width, channels = self.shape[1:]
        image, mode = load_image(file, channels)
        values = np.asarray(image)
        if values.shape[:2] != (height, width):
            raise ValueError(
                f"{file} must have height {height} and width {width}. "
                f"Received: {values.shape[:2]}"
            )
        values = values.reshape(height, width, channels)
        return values // 255 if mode == "1" else values
