"""Other lossless coders, as far as they are installed.

Each is a function from one form of the data to its compressed bytes.
"""

import bz2
import importlib.util
import io
import lzma
import pathlib
import shutil
import subprocess
import tempfile
import wave

import numpy as np
import PIL.Image


def of_images(x, num_levels):
    """Yields names, functions and forms for images `[N, H, W, C]`.

    Pictures are one sheet of all images: as tall as can be, or near a square.
    """
    sheets = [_picture(sheet, num_levels) for sheet in (_tall(x), _square(x))]
    yield "PNG, optimised", lambda s: _saved(s, "PNG", optimize=True), sheets
    yield "WebP lossless", _webp, sheets
    if importlib.util.find_spec("pillow_jxl"):
        importlib.import_module("pillow_jxl")
        grey = [s.convert("L") if s.mode == "1" else s for s in sheets]
        yield (
            "JPEG XL, effort 9",
            lambda s: _saved(s, "JXL", lossless=True, effort=9),
            grey,
        )
    x = x.astype("uint8")
    if num_levels == 2:
        yield from _general([np.packbits(x).tobytes()])
    else:
        yield from _general([x.tobytes(), np.moveaxis(x, -1, 1).tobytes()])


def of_text(text):
    """Yields names, functions and forms for a text."""
    yield from _general([text.encode()])


def of_sound(samples, rate):
    """Yields names, functions and forms for samples of 16 bits `[T]`."""
    if shutil.which("flac"):
        yield "FLAC -8", _flac(rate), [samples]
    yield from _general([samples.astype("<i2").tobytes()])


def of_notes(notes):
    """Yields names, functions and forms for binary notes `[steps, 88]`."""
    ends = [bytes(np.flatnonzero(step)) + b"\xff" for step in notes]
    yield from _general(
        [
            np.packbits(notes, axis=1).tobytes(),
            notes.astype("uint8").tobytes(),
            notes.T.astype("uint8").tobytes(),
            b"".join(ends),
        ]
    )


def _general(forms):
    """Yields general coders for forms of bytes."""
    extreme = 9 | lzma.PRESET_EXTREME
    yield "xz -9e", lambda raw: lzma.compress(raw, preset=extreme), forms
    yield "bzip2 -9", bz2.compress, forms
    if importlib.util.find_spec("zstandard"):
        zstandard = importlib.import_module("zstandard")
        yield "zstd -19", zstandard.ZstdCompressor(level=19).compress, forms
    if shutil.which("zpaq"):
        yield "zpaq -m5", _zpaq, forms


def _tall(x):
    return x.reshape(-1, *x.shape[2:])


def _square(x):
    """Returns a sheet of as many rows of images as there are columns."""
    side = max(n for n in range(1, len(x) + 1) if n * n <= len(x))
    while len(x) % side:
        side -= 1
    rows = x.reshape(-1, side, *x.shape[1:])
    return np.concatenate([np.concatenate([*row], axis=1) for row in rows])


def _picture(sheet, num_levels):
    sheet = sheet[..., 0] if sheet.shape[-1] == 1 else sheet
    image = PIL.Image.fromarray(
        sheet.astype("uint8") * np.uint8(255 // (num_levels - 1))
    )
    return image.convert("1", dither=0) if num_levels == 2 else image


def _saved(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def _webp(image):
    # WebP knows at most 16,383 rows.
    tops = range(0, image.height, 16000)
    image = image.convert("RGB") if image.mode == "1" else image
    parts = [
        image.crop((0, top, image.width, min(top + 16000, image.height)))
        for top in tops
    ]
    return b"".join(
        _saved(part, "WEBP", lossless=True, quality=100, method=6)
        for part in parts
    )


def _flac(rate):
    def compressed(samples):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "x.wav"
            with wave.open(str(path), "wb") as file:
                file.setparams((1, 2, rate, 0, "NONE", None))
                file.writeframes(samples.astype("<i2").tobytes())
            command = ["flac", "-8", "--silent", "--no-padding", str(path)]
            subprocess.run(command, check=True)
            return path.with_suffix(".flac").read_bytes()

    return compressed


def _zpaq(raw):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "x").write_bytes(raw)
        command = ["zpaq", "add", "x.zpaq", "x", "-m5"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
        return (pathlib.Path(folder) / "x.zpaq").read_bytes()
