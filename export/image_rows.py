"""Events in a folder of image files, a piece at a time.

Shapes: N images, H height, W width, C channels.
"""

import pathlib

import numpy as np
import PIL.Image

_SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp")
_MODES = {1: "L", 3: "RGB"}


class ImageRows:
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
        if len(shape) != 3 or shape[-1] not in _MODES:
            raise ValueError(
                "A folder of images needs a model of images, of event shape "
                f"(H, W, 1) or (H, W, 3). Received: {tuple(shape)}"
            )
        self.files = sorted(
            file
            for file in pathlib.Path(path).rglob("*")
            if file.suffix.lower() in _SUFFIXES and file.is_file()
        )
        if not self.files:
            raise ValueError(
                f"{path} holds no images ({', '.join(_SUFFIXES)})."
            )
        self.shape = (len(self.files), *shape)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __len__(self):
        return self.shape[0]

    def close(self):
        """Does nothing: no file is open between two readings."""

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns images `start` to `stop`, fewer at the end of the folder.

        Raises:
            ValueError: If a file is no image, or one of another size.
        """
        return np.stack([self._image(file) for file in self.files[start:stop]])

    def _image(self, file):
        height, width, channels = self.shape[1:]
        try:
            with PIL.Image.open(file) as image:
                is_bits = image.mode == "1"
                values = np.asarray(image.convert(_MODES[channels]))
        except (OSError, SyntaxError) as error:
            raise ValueError(f"{file} is not a readable image.") from error
        if values.shape[:2] != (height, width):
            raise ValueError(
                f"{file} must have height {height} and width {width}. "
                f"Received: {values.shape[:2]}"
            )
        values = values.reshape(height, width, channels)
        return values // 255 if is_bits else values
