"""A decoder of image files, the same one for every way in.

Shapes: H height, W width, C channels.
"""

import dataclasses
import io
import zlib
from typing import Any

import numpy as np

from tf_autoregressive.datasets.jpeg_scans import MAX_SCANS
from tf_autoregressive.datasets.jpeg_scans import count_scans
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import reading

# Pillow's names of the modes, by number of channels.
MODES = {1: "L", 3: "RGB"}

_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_WHAT = "an image (BMP, GIF, JPEG, PNG, TIFF or WebP)"
# Pillow reads images of more bits in these modes, unless it cuts them to 8
# bits.
_DEEP_MODES = ("I", "F")
_PREMULTIPLIED = {"La": "LA", "RGBa": "RGBA"}
_READ_MODES = (
    *("1", "L", "LA", "La", "P", "PA"),
    *("RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr"),
)
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SIGNATURES = (_PNG, _JPEG, b"GIF8", b"BM", b"II*\0", b"MM\0*")
# Numbers of TIFF tags, and the kinds of samples that have no sign or point.
_BITS_PER_SAMPLE, _SAMPLE_FORMAT, _UNSIGNED = 258, 339, {1, 4}


@dataclasses.dataclass(frozen=True)
class ImageDecoder:
    """Turns the bytes of image files into levels.

    The orientation that a camera wrote is followed, as viewers do. Images of
    fewer than 8 bits, palettes among them, are brought to 0 to 255, black
    being 0 and white 255. Colour becomes grey by ITU-R 601 luma; CMYK becomes
    RGB without regard to its profile, and no other profile or gamma counts.
    Transparent images are laid on the background, where one is given.

    Args:
        channels: 1 for grey, 3 for RGB.
        num_levels: 256, or 2 for images of black, which is 0, and white, which
            is 1.
        background: The level behind transparent pixels, from 0 to 255, or one
            for each of R, G and B. `None` refuses images in which a pixel is
            not opaque.

    Raises:
        ValueError: If an argument is out of range.
    """

    channels: int
    num_levels: int = 256
    background: int | tuple[int, int, int] | None = None

    def __post_init__(self):
        if self.channels not in tuple(MODES):
            raise ValueError(
                f"`channels` must be 1 or 3. Received: channels={self.channels}"
            )
        if self.num_levels not in (2, 256):
            raise ValueError(
                "`num_levels` must be 256 for images, or 2 for images of black "
                f"and white. Received: num_levels={self.num_levels}"
            )
        if self.background is not None:
            self._backdrop()

    def image(self, data: bytes, name: str) -> Any:
        """Returns a `PIL.Image`, upright and opaque, grey or RGB.

        Args:
            data: The bytes of a file.
            name: The name that errors give to the file.

        Raises:
            ValueError: If it is damaged or not an image of one of the formats,
                has more pixels than Pillow's `MAX_IMAGE_PIXELS`, more than 8
                bits a channel, more than one frame, more than 100 scans (of
                JPEG), or a pixel that is not opaque though no background is
                given.
        """
        import PIL.Image
        import PIL.ImageOps

        with reading(name, _WHAT):
            if data.startswith(_PNG):
                _check_png(memoryview(data))
            if data.startswith(_JPEG):
                _check_scans(data, name)
            image = PIL.Image.open(io.BytesIO(data), formats=_FORMATS)
            _check_kind(image, data, name)
            PIL.ImageOps.exif_transpose(image, in_place=True)
            image = self._opaque(image, name)
            if image.mode != MODES[self.channels]:
                image = image.convert(MODES[self.channels])
            return image

    def levels(self, image: Any, name: str) -> np.ndarray:
        """Returns the levels of such an image, uint8 `[H, W, C]`.

        Raises:
            ValueError: If two levels are wanted, and the image has grey pixels.
        """
        values = np.asarray(image).reshape(*image.size[::-1], self.channels)
        if self.num_levels == 256:
            return values
        grey = values[(values > 0) & (values < 255)]
        if grey.size:
            raise FileError(
                f"{name} must be black and white, for two levels. Received: a "
                f"pixel of {grey[0]} between 0 and 255"
            )
        return values // 255

    def event(
        self, data: bytes, name: str, size: tuple[int, int]
    ) -> np.ndarray:
        """Returns the levels of a file of one size, uint8 `[H, W, C]`.

        Raises:
            ValueError: If it is of another size, or as `image` and `levels`.
        """
        image = self.image(data, name)
        if image.size != size[::-1]:
            raise FileError(
                f"{name} must have height {size[0]} and width {size[1]}. "
                f"Received: height {image.height} and width {image.width}"
            )
        return self.levels(image, name)

    def _opaque(self, image, name):
        """Returns an image without transparent pixels."""
        import PIL.Image

        if image.mode in _PREMULTIPLIED:
            image = image.convert(_PREMULTIPLIED[image.mode])
        if not image.has_transparency_data:
            return image
        image = image.convert("RGBA")
        least_opaque, _ = image.getextrema()[3]
        if least_opaque == 255:
            return image
        if self.background is None:
            raise FileError(
                f"{name} must be opaque, or a background be given to lay it "
                "on. Received: an image with transparent pixels"
            )
        backdrop = PIL.Image.new("RGBA", image.size, self._backdrop())
        return PIL.Image.alpha_composite(backdrop, image)

    def _backdrop(self):
        given = np.asarray(self.background)
        if (
            given.dtype.kind not in "iu"
            or given.shape not in ((), (3,))
            or not ((given >= 0) & (given <= 255)).all()
        ):
            raise ValueError(
                "`background` must be a level from 0 to 255, or three. "
                f"Received: background={self.background!r}"
            )
        return (*np.broadcast_to(given, 3).tolist(), 255)


def is_image(data: bytes) -> bool:
    """Returns whether bytes begin like an image file that can be read."""
    is_webp = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    return is_webp or data.startswith(_SIGNATURES)


def _check_png(data):
    """Compares the checksums of all chunks, which Pillow does for some."""
    at = len(_PNG)
    while True:
        length = int.from_bytes(data[at : at + 4], "big")
        kind, end = bytes(data[at + 4 : at + 8]), at + 8 + length
        stored = data[end : end + 4]
        if len(stored) < 4:
            raise EOFError("it ends early")
        if zlib.crc32(data[at + 4 : end]) != int.from_bytes(stored, "big"):
            raise ValueError(f"the checksum of its chunk {kind} is another")
        if kind == b"IEND":
            return
        at = end + 4


def _check_scans(data, name):
    """Checks the work that a file asks for, which Pillow does not limit."""
    num_scans = count_scans(data)
    if num_scans > MAX_SCANS:
        raise FileError(
            f"{name} must have at most {MAX_SCANS} scans, as JPEG files go. "
            f"Received: {num_scans}"
        )


def _check_kind(image, data, name):
    """Checks the header of an image file before its pixels are read."""
    import PIL.Image

    limit = PIL.Image.MAX_IMAGE_PIXELS
    if limit is not None and image.width * image.height > limit:
        raise FileError(
            f"{name} must have at most {limit:,} pixels, which is "
            f"PIL.Image.MAX_IMAGE_PIXELS. Received: {image.size}"
        )
    depth, is_signed = _samples(image, data)
    if depth > 8 or is_signed or image.mode.startswith(_DEEP_MODES):
        raise FileError(
            f"{name} must have 8 bits a channel or fewer, without a sign: "
            f"others would be cut. Received: {depth} bits, an image of mode "
            f"{image.mode!r}"
        )
    if image.mode not in _READ_MODES:
        raise FileError(
            f"{name} must be grey, RGB, CMYK or of a palette. Received: an "
            f"image of mode {image.mode!r}"
        )
    # The second picture of a photograph is a preview, or what another lens saw.
    if image.format != "MPO" and getattr(image, "is_animated", False):
        raise FileError(
            f"{name} must be a single picture. Received: one of several frames"
        )


def _samples(image, data):
    """Returns the bits of a sample, and whether it has a sign or a point.

    The modes of Pillow do not say it.
    """
    if image.format == "PNG":
        return data[24], False
    if image.format == "TIFF":
        kinds = image.tag_v2.get(_SAMPLE_FORMAT, (1,))
        bits = image.tag_v2.get(_BITS_PER_SAMPLE, (1,))
        return max(bits), not _UNSIGNED.issuperset(kinds)
    return 8, False
