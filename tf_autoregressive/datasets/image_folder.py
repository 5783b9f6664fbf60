"""Datasets from a folder of image files.

Shapes: H height, W width, C channels.
"""

import hashlib
import numbers
import pathlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import is_integer
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.image_decoder import ImageDecoder
from tf_autoregressive.datasets.image_files import SUFFIXES
from tf_autoregressive.datasets.image_files import image_files
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.reading import reading
from tf_autoregressive.types import Path


def from_image_folder(
    path: Path,
    *,
    image_size: int | Sequence[int],
    channels: int = 3,
    background: int | tuple[int, int, int] | None = None,
    validation_fraction: float = 0.1,
    test_fraction: float = 0.1,
    name: str | None = None,
    with_labels: bool = False,
    **description: Any,
) -> Dataset:
    """Makes a dataset with 256 levels from the images in a folder.

    Each image is read as `ImageDecoder` says, cropped about its centre to the
    wanted aspect and averaged over areas to the wanted size. All are held in
    memory. Which split an image belongs to follows from the hashes of the file
    names alone, so it is the same on every machine and in every run.

    Args:
        path: Folder with .bmp, .gif, .jpg, .png, .tif or .webp files in it or
            in folders below it. Names that begin with a dot do not count.
        image_size: `(H, W)`, or one int for both, in pixels.
        channels: 1 for grey, 3 for RGB.
        background: The level behind transparent pixels, from 0 to 255, or one
            for each of R, G and B. None refuses transparent images.
        validation_fraction: Share of the images in the validation split. No
            such split if it is 0.
        test_fraction: The same for the test split.
        name: Name of the dataset in its `info`, the folder's own if None.
        with_labels: Whether the splits yield `(example, label)`, the label
            being the index of the image's folder among the sorted folders.
        **description: More fields of `DatasetInfo`: `source`, `licence`,
            `notes`.

    Returns:
        A `Dataset` with event shape `(H, W, C)`.

    Raises:
        FileNotFoundError: If the folder does not exist or holds no images.
        ValueError: If `ImageDecoder` cannot read a file, if a fraction leaves a
            split empty, or if an argument is out of range.
    """
    path = pathlib.Path(path)
    size = _height_and_width(image_size)
    # A decoder is made before anything is read, for its errors.
    ImageDecoder(channels, background=background)
    files = _assign(
        _names(path),
        {"validation": validation_fraction, "test": test_fraction},
    )
    events: dict[str, Any] = {
        split: np.stack(
            [read_image(path / f, size, channels, background) for f in names]
        )
        for split, names in files.items()
    }
    return from_arrays(
        **events,
        name=path.resolve().name if name is None else name,
        num_levels=256,
        labels=_folder_labels(files) if with_labels else None,
        **{"source": f"the images in {path.name}"} | description,
    )


def _height_and_width(image_size):
    if is_integer(image_size):
        side = checked_count("image_size", image_size)
        return side, side
    return checked_counts("image_size", image_size, length=2)


def _names(folder):
    """Returns the images' paths from `folder`, sorted by hash of the path."""
    names = [file.relative_to(folder) for file in image_files(folder)]
    if not names:
        raise FileNotFoundError(
            f"`path` must be a folder with images ({', '.join(SUFFIXES)}) in "
            f"it or below it. Received: path={str(folder)!r}"
        )
    return sorted(names, key=_hash)


def _hash(name):
    # Names need not be UTF-8.
    encoded = name.as_posix().encode(errors="surrogateescape")
    return hashlib.sha256(encoded).digest()


def _assign(names, fractions):
    """Returns a dict from splits to names; the rest goes to training."""
    sizes = {s: _split_size(s, f, len(names)) for s, f in fractions.items()}
    assigned = {}
    for split, size in sizes.items():
        if size:
            assigned[split], names = names[:size], names[size:]
    if not names:
        raise ValueError(
            "`validation_fraction` and `test_fraction` must leave images to "
            f"train on. Received: {fractions}, which takes {sizes}"
        )
    return assigned | {"train": names}


def _split_size(split, fraction, num_images):
    is_share = isinstance(fraction, numbers.Real) and 0 <= fraction < 1
    size = round(fraction * num_images) if is_share else 0
    if not is_share or (fraction > 0 and size == 0):
        raise ValueError(
            f"`{split}_fraction` must be 0, or below 1 and take at least one "
            f"of the {num_images} images. Received: {split}_fraction={fraction}"
        )
    return size


def read_image(
    file: Any,
    size: tuple[int, int],
    channels: int,
    background: int | tuple[int, int, int] | None = None,
) -> np.ndarray:
    """Returns an image, cropped and averaged to a size, uint8 `[H, W, C]`.

    Args:
        file: The file.
        size: `(H, W)`.
        channels: As `ImageDecoder` takes it.
        background: As `ImageDecoder` takes it.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If `ImageDecoder` cannot read the file.
    """
    import PIL.Image
    import PIL.ImageOps

    decoder = ImageDecoder(channels, background=background)
    with reading(file, "a file"), open(file, "rb") as opened:
        data = opened.read()
    image = decoder.image(data, file)
    if image.size == size[::-1]:
        return decoder.levels(image, file)
    with reading(file, f"an image that fits (height, width) = {size}"):
        fitting = PIL.ImageOps.fit(
            image, size[::-1], method=PIL.Image.Resampling.BOX
        )
    return decoder.levels(fitting, file)


def _folder_labels(files):
    folders = sorted({f.parent for names in files.values() for f in names})
    index = {folder: i for i, folder in enumerate(folders)}
    return {s: [index[f.parent] for f in names] for s, names in files.items()}
