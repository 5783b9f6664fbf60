"""A folder of images of any sizes."""

import concurrent.futures
import functools
import math
import pathlib
from typing import Any
from typing import ClassVar

from .kind import Kind
from .labelled_files import labelled_files
from .places import Places

_GREY_MODES = ("1", "L", "LA")
_WHITE = 255


class ImageFolder(Kind):
    """Images, cropped about their centre and scaled to one size.

    Transparent pixels become white. Colour images have three channels, grey
    ones one. A level is `pixel * levels // 256`.
    """

    name = "images"
    what = "a folder of images"
    options: ClassVar = {
        "image_size": (32, 32),
        "channels": None,
        "levels": 256,
        "with_labels": False,
        "split_seed": 0,
    }

    def is_at(self, path: pathlib.Path) -> bool:
        return path.is_dir() and bool(_files(path))

    def load(
        self,
        places: Places,
        *,
        image_size: tuple[int, int] | None,
        channels: int | None,
        levels: int,
        with_labels: bool,
        split_seed: int,
    ) -> Any:
        import numpy as np

        from tf_autoregressive.datasets import from_arrays

        if not 2 <= levels <= 256:
            raise ValueError(
                f"--levels of images must be from 2 to 256. Received: {levels}"
            )
        found = labelled_files(
            places, _files, with_labels=with_labels, split_seed=split_seed
        )
        every = [file for files in found.files.values() for file in files]
        sizes, modes = zip(*map(_size_and_mode, every), strict=True)
        if channels is None:
            channels = 1 if set(modes) <= set(_GREY_MODES) else 3
        read = functools.partial(_read, size=image_size, channels=channels)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            pixels = {
                split: np.stack(list(pool.map(read, files)))
                for split, files in found.files.items()
            }
        events: dict[str, Any] = {
            split: (values.astype("uint16") * levels // 256).astype("uint8")
            for split, values in pixels.items()
        }
        return from_arrays(
            **events,
            num_levels=levels,
            labels=found.labels,
            name=places.name,
            source=f"{len(every):,} images in {places.data}",
            notes=_notes(sizes, found.note),
        )


def _files(folder):
    from tf_autoregressive.datasets.image_files import image_files

    return image_files(folder)


def _size_and_mode(file):
    """Returns width, height and mode, without reading the whole file."""
    import PIL.Image

    from tf_autoregressive.datasets.reading import reading

    with reading(file, "an image"), PIL.Image.open(file) as image:
        return image.size, image.mode


def _read(file, size, channels):
    from tf_autoregressive.datasets.image_folder import read_image

    return read_image(file, size, channels, background=_WHITE)


def _notes(sizes, labels):
    smallest, largest = min(sizes, key=math.prod), max(sizes, key=math.prod)
    notes = (
        "of {} x {} to {} x {} pixels, cropped about their centre and "
        "scaled".format(*smallest, *largest)
    )
    return f"{notes}; labels: {labels}" if labels else notes
