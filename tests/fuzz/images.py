"""Image files: damaged ones, and well made ones of all kinds."""

import dataclasses
import io
import pathlib
import struct
import zlib

import numpy as np
import PIL.Image

from tests.fuzz.door import Door
from tests.fuzz.mutations import INTERESTING
from tests.fuzz.mutations import mutated
from tf_autoregressive.datasets import from_image_folder
from tf_autoregressive.datasets.image_decoder import ImageDecoder

_SIZE = (5, 7)
_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_MODES = ("1", "L", "LA", "P", "RGB", "RGBA", "CMYK", "YCbCr", "I", "F", "LAB")


@dataclasses.dataclass
class Given:
    """The bytes of a file, and the levels that it has if it has some."""

    path: pathlib.Path
    data: bytes
    channels: int
    levels: np.ndarray | None = None


class Images(Door):
    """The decoder of images."""

    name = "images"

    def make(self, rng, folder):
        channels = int(rng.choice([1, 3]))
        path = folder / "a.png"
        way = rng.integers(5)
        if way == 0:
            levels = rng.integers(0, 256, (*_SIZE, channels), dtype="uint8")
            whole = encoded(PIL.Image.fromarray(levels.squeeze()), "PNG")
            # Checksums protect the values.
            return Given(path, mutated(rng, whole), channels, levels)
        if way == 1:
            return Given(path, _odd_png(rng), channels)
        if way == 4:
            return Given(path, _long_jpeg(rng), channels)
        data = some_image(rng)
        return Given(path, mutated(rng, data) if way == 2 else data, channels)

    def enter(self, given):
        decoder = ImageDecoder(given.channels, background=9)
        return decoder.event(given.data, given.path, _SIZE)

    def check(self, given, taken):
        assert taken.dtype == np.uint8
        assert taken.shape == (*_SIZE, given.channels)
        if given.levels is not None:
            np.testing.assert_array_equal(taken, given.levels)


class ImageFolders(Door):
    """A folder of images and other things."""

    name = "image folder"
    errors = (ValueError, FileNotFoundError)
    names_file = False

    def make(self, rng, folder):
        for number in range(rng.integers(0, 6)):
            data = some_image(rng)
            if rng.random() < 0.2:
                data = mutated(rng, data)
            names = ["{}.png", "._{}.png", "b/{}.JPG", ".b/{}.png", "{}.txt"]
            path = folder / names[rng.integers(5)].format(number)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
        return folder

    def enter(self, folder):
        data = from_image_folder(
            folder,
            image_size=4,
            background=0,
            validation_fraction=0,
            test_fraction=0,
        )
        return np.stack(list(data.train.as_numpy_iterator()))

    def check(self, folder, taken):
        shown = [
            file
            for file in folder.rglob("*.*")
            if not any(
                p.startswith(".") for p in file.relative_to(folder).parts
            )
        ]
        images = [f for f in shown if f.suffix.lower() in (".png", ".jpg")]
        assert taken.shape == (len(images), 4, 4, 3)
        assert taken.dtype == np.uint8


def encoded(image, file_format, **options):
    """Returns the bytes of a file of an image."""
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def some_image(rng):
    """Returns the bytes of an undamaged file of any format and mode."""
    size = _SIZE if rng.random() < 0.8 else _SIZE[::-1]
    mode = _MODES[rng.integers(len(_MODES))]
    image = PIL.Image.fromarray(rng.integers(0, 256, size, dtype="uint8"))
    if mode == "LAB":
        image = PIL.Image.new(mode, size[::-1])
    else:
        image = image.convert("RGB").convert(mode)
    exif = PIL.Image.Exif()
    exif[0x0112] = int(rng.integers(0, 10))
    file_format = _FORMATS[rng.integers(len(_FORMATS))]
    options = {} if file_format in ("BMP", "GIF") else {"exif": exif}
    if rng.random() < 0.1:
        options |= {"save_all": True, "append_images": [image]}
    try:
        return encoded(image, file_format, **options)
    # Not every format has every mode, or several frames.
    except (OSError, ValueError, KeyError):
        return encoded(PIL.Image.new("L", size[::-1]), file_format)


def _long_jpeg(rng):
    """Returns a JPEG that goes over its pixels again and again."""
    size = _SIZE[::-1] if rng.random() < 0.8 else (3000, 3000)
    image = PIL.Image.new("RGB" if rng.random() < 0.5 else "L", size)
    data = encoded(image, "JPEG", progressive=True)
    scan = data[data.rindex(b"\xff\xda") : -2]
    times = int(10 ** rng.uniform(0, 5))
    return data[:-2] + scan * times + data[-2:]


def _odd_png(rng):
    """Returns a PNG of sound checksums whose header says anything."""

    def chunk(kind, content):
        checksum = struct.pack(">I", zlib.crc32(kind + content))
        return struct.pack(">I", len(content)) + kind + content + checksum

    def number():
        return INTERESTING[rng.integers(len(INTERESTING))] % 2**32

    sizes = [_SIZE[::-1], (number(), number()), (7, number()), (30_000, 3_000)]
    size = sizes[rng.integers(4)]
    depth, kind = (
        rng.choice([1, 2, 4, 8, 16, 3]),
        rng.choice([0, 2, 3, 4, 6, 5]),
    )
    rest = [int(value) for value in rng.integers(0, 2, 3)]
    header = struct.pack(">IIBBBBB", *size, depth, kind, *rest)
    odd = [b"tRNS", b"PLTE", b"eXIf", b"acTL", b"iCCP", b"zTXt", b"gAMA"]
    between = b"".join(
        chunk(odd[rng.integers(7)], rng.bytes(int(rng.integers(0, 60))))
        for _ in range(rng.integers(0, 4))
    )
    pixels = zlib.compress(bytes(int(rng.choice([0, 40, 5000, 10**6]))))
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + between
        + chunk(b"IDAT", pixels)
        + chunk(b"IEND", b"")
    )
