"""Prints how small a run's model makes test images, and other coders.

python -m tests.benchmarks.compression RUN [--events N]
    pip install zstandard pillow-jxl-plugin  # for the rows of these coders

Each coder is given all images at once, which suits it better than one after
the other: pictures as a tall sheet, general coders as bytes, eight pixels of
one bit in each. The model's data are decoded and compared; its weights are not
counted. `code length` is `-log2 p(x)`, by one pass over the events. Sampling as
many events, in the same batches, tells what decoding could cost.
"""

import argparse
import bz2
import importlib.util
import io
import lzma
import time

import numpy as np
import PIL.Image

from tests.compression.streams import num_code_bits
from tf_autoregressive.compression import Codec
from trainers import data
from trainers.training.run_directory import RunDirectory


def timed(function, *arguments):
    """Returns what a function returns, and its seconds."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def saved(image, kind, **options):
    """Returns the bytes of a file of an image."""
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def others(x, num_levels):
    """Yields the name and the function of every other coder that is here."""
    sheet = x.reshape(-1, *x.shape[2:]).astype("uint8")
    sheet = sheet[..., 0] if sheet.shape[-1] == 1 else sheet
    image = PIL.Image.fromarray(sheet * np.uint8(255 // (num_levels - 1)))
    one_bit = image.convert("1", dither=0) if num_levels == 2 else image
    packed = np.packbits(x) if num_levels == 2 else x.astype("uint8")
    raw = packed.tobytes()
    yield "PNG", lambda: saved(one_bit, "PNG", optimize=True)
    # WebP knows at most 16,383 rows.
    rows = sheet.shape[1] * (16383 // sheet.shape[1])
    parts = [
        image.crop((0, top, image.width, min(top + rows, image.height)))
        for top in range(0, image.height, rows)
    ]
    yield (
        "WebP lossless",
        lambda: b"".join(
            saved(part, "WEBP", lossless=True, quality=100, method=6)
            for part in parts
        ),
    )
    if importlib.util.find_spec("pillow_jxl"):
        importlib.import_module("pillow_jxl")
        yield (
            "JPEG XL, effort 9",
            lambda: saved(image, "JXL", lossless=True, effort=9),
        )
    yield (
        "xz -9e",
        lambda: lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME),
    )
    yield "bzip2 -9", lambda: bz2.compress(raw)
    if importlib.util.find_spec("zstandard"):
        zstandard = importlib.import_module("zstandard")
        yield "zstd -19", zstandard.ZstdCompressor(level=19).compress, raw


def main():
    """Prints the table of a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--events", type=int, default=1000)
    parser.add_argument("--batch-size", type=int, default=64)
    arguments = parser.parse_args()
    directory = RunDirectory(arguments.run)
    model = directory.load_model()
    loaded = data.load(directory.recipe(), directory.data_dir())
    examples = loaded.test.take(arguments.events).as_numpy_iterator()
    x = np.stack([np.asarray(example) for example in examples])
    codec = Codec(model, batch_size=arguments.batch_size)
    # Graphs are traced before the clock runs.
    codec.decompress(codec.compress(x[:2]))
    model.sample(arguments.batch_size, seed=0)
    blob, encoding = timed(codec.compress, x)
    back, decoding = timed(codec.decompress, blob)
    np.testing.assert_array_equal(back, x)
    _, sampling = timed(_sampled, model, len(x), arguments.batch_size)
    bits = -np.sum(model.predict(x, verbose=0)) / np.log(2)

    def row(name, size, *seconds):
        times = "  ".join(f"{each:8.1f} s" for each in seconds)
        print(f"{name:20}{size:10,.0f} bytes{8 * size / x.size:9.4f}  {times}")

    print(f"{len(x):,} events of shape {model.event_shape}; bits a dimension")
    row("code length", bits / 8)
    row("codec, code alone", num_code_bits(blob) / 8)
    row(f"codec ({type(model).__name__})", len(blob), encoding, decoding)
    for name, function, *given in others(x, model.num_levels):
        packed, seconds = timed(function, *given)
        row(name, len(packed), seconds)
    print(
        f"sampling as many: {sampling:.1f} s; decoding / sampling: "
        f"{decoding / sampling:.2f}"
    )


def _sampled(model, number, batch_size):
    for start in range(0, number, batch_size):
        model.sample(min(batch_size, number - start), seed=start).numpy()


if __name__ == "__main__":
    main()
