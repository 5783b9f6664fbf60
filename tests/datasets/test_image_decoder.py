"""The levels of image files, format by format."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import PIL.ImageOps
import pytest

from tf_autoregressive.datasets.image_decoder import ImageDecoder
from tf_autoregressive.datasets.image_decoder import is_image
from tf_autoregressive.datasets.jpeg_scans import count_scans

HEIGHT, WIDTH = 4, 6
LOSSLESS = ["BMP", "GIF", "PNG", "TIFF", "WEBP"]


def encoded(image, file_format="PNG", **options):
    file = io.BytesIO()
    if not isinstance(image, PIL.Image.Image):
        image = PIL.Image.fromarray(image)
    image.save(file, file_format, **options)
    return file.getvalue()


def decoded(data, channels=1, **options):
    decoder = ImageDecoder(channels, **options)
    return decoder.event(data, "a file", (HEIGHT, WIDTH))


def png(depth, colour, rows, size=(WIDTH, HEIGHT)):
    """Returns a PNG that Pillow cannot write, of rows of bytes."""

    def chunk(kind, content):
        checksum = zlib.crc32(kind + content)
        length = struct.pack(">I", len(content))
        return length + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(lines))
        + chunk(b"IEND", b"")
    )


@pytest.fixture
def grey(rng):
    return rng.integers(0, 256, (HEIGHT, WIDTH), dtype="uint8")


@pytest.fixture
def colour(rng):
    return rng.integers(0, 256, (HEIGHT, WIDTH, 3), dtype="uint8")


@pytest.mark.parametrize("file_format", LOSSLESS)
def test_levels_are_those_of_the_file(grey, colour, file_format):
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(grey, file_format, **options)
    assert is_image(data)
    np.testing.assert_array_equal(decoded(data), grey[..., None])
    np.testing.assert_array_equal(decoded(data, 3), np.stack([grey] * 3, -1))
    data = encoded(colour, file_format, **options)
    np.testing.assert_array_equal(decoded(data, 3), colour)


def test_jpeg_is_decoded_by_the_exact_transform(grey):
    """As viewers decode it, not by the faster transform of TensorFlow."""
    data = encoded(grey, "JPEG", quality=40)
    with PIL.Image.open(io.BytesIO(data)) as image:
        np.testing.assert_array_equal(decoded(data)[..., 0], np.asarray(image))


@pytest.mark.parametrize("file_format", LOSSLESS)
def test_colour_becomes_grey_by_luma(colour, file_format):
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(colour, file_format, **options)
    luma = colour @ [0.299, 0.587, 0.114]
    np.testing.assert_allclose(decoded(data)[..., 0], luma, atol=0.51)


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_the_orientation_of_a_camera_is_followed(file_format, orientation):
    """The bright corner is where viewers show it."""
    pixels = np.zeros((HEIGHT, WIDTH), "uint8")
    pixels[:2, :2] = 255
    exif = PIL.Image.Exif()
    exif[0x0112] = orientation
    data = encoded(pixels, file_format, exif=exif, quality=100)
    corner = {1: 0, 2: 1, 3: 3, 4: 2, 5: 0, 6: 1, 7: 3, 8: 2}[orientation]
    image = ImageDecoder(1).image(data, "a file")
    on_its_side = orientation > 4
    assert image.size == ((HEIGHT, WIDTH) if on_its_side else (WIDTH, HEIGHT))
    values = np.asarray(image) > 128
    found = [values[0, 0], values[0, -1], values[-1, 0], values[-1, -1]]
    assert np.flatnonzero(found).tolist() == [corner]


@pytest.mark.parametrize("file_format", ["BMP", "GIF", "PNG", "TIFF"])
def test_one_bit_is_black_or_white(grey, file_format):
    bits = grey > 127
    data = encoded(PIL.Image.fromarray(bits), file_format)
    expected = bits[..., None].astype(int)
    np.testing.assert_array_equal(decoded(data), 255 * expected)
    np.testing.assert_array_equal(decoded(data, num_levels=2), expected)


@pytest.mark.parametrize("depth", [1, 2, 4])
def test_few_bits_reach_from_black_to_white(depth):
    top = 2**depth - 1
    levels = np.arange(HEIGHT * WIDTH).reshape(HEIGHT, WIDTH) % (top + 1)
    bits = np.unpackbits(levels.astype("uint8")[..., None], axis=-1)
    rows = np.packbits(bits[..., -depth:].reshape(HEIGHT, -1), axis=-1)
    data = png(depth, 0, [row.tobytes() for row in rows])
    np.testing.assert_array_equal(decoded(data)[..., 0], levels * 255 // top)


def test_palettes_stand_for_their_colours(rng):
    palette = rng.integers(0, 256, (5, 3), dtype="uint8")
    indices = rng.integers(0, 5, (HEIGHT, WIDTH), dtype="uint8")
    image = PIL.Image.fromarray(indices)
    image.putpalette(palette.tobytes())
    for file_format in ("PNG", "GIF", "BMP", "TIFF"):
        data = encoded(image, file_format)
        np.testing.assert_array_equal(decoded(data, 3), palette[indices])


def test_cmyk_becomes_rgb(rng):
    inks = rng.integers(0, 256, (HEIGHT, WIDTH, 4), dtype="uint8")
    data = encoded(PIL.Image.fromarray(inks, "CMYK"), "TIFF")
    paper = 255.0 - inks
    expected = paper[..., :3] * paper[..., 3:] / 255
    np.testing.assert_allclose(decoded(data, 3), expected, atol=1)


def deep_images(rng):
    samples = rng.integers(0, 2**12, (HEIGHT, WIDTH, 4)).astype(">u2")
    rows = {
        "grey": (0, samples[..., 0]),
        "RGB": (2, samples[..., :3]),
        "grey and alpha": (4, samples[..., :2]),
        "RGBA": (6, samples),
    }
    for name, (kind, values) in rows.items():
        yield f"PNG {name}", png(16, kind, [row.tobytes() for row in values])
    for dtype in ("uint16", "int32", "float32"):
        deep = samples[..., 0].astype(dtype)
        yield f"TIFF {dtype}", encoded(deep, "TIFF")


def test_deep_images_are_refused_rather_than_cut(rng):
    for name, data in deep_images(rng):
        with pytest.raises(ValueError, match=r"a file must have 8 bits a cha"):
            decoded(data), name


def transparent(mode):
    """Returns an image, its alpha from 0 to 1, and its grey levels."""
    alpha = np.array([0, 51, 128, 204, 255, 255], "uint8")
    alpha = np.broadcast_to(alpha, (HEIGHT, WIDTH))
    level = np.full((HEIGHT, WIDTH), 100, "uint8")
    levels = {"LA": 1, "RGBA": 3}[mode]
    values = np.stack([level] * levels + [alpha], axis=-1)
    return PIL.Image.fromarray(values, mode), alpha / 255.0, 100.0


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("background", [0, 255, 37])
def test_transparent_images_are_laid_on_the_background(
    mode, file_format, background
):
    image, alpha, level = transparent(mode)
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    data = encoded(image, file_format, **options)
    with pytest.raises(ValueError, match="a file must be opaque, or a backgr"):
        decoded(data)
    expected = alpha * level + (1 - alpha) * background
    for channels in (1, 3):
        values = decoded(data, channels, background=background)
        np.testing.assert_allclose(values[..., 0], expected, atol=1)


def test_the_background_may_be_a_colour():
    image, alpha, level = transparent("RGBA")
    values = decoded(encoded(image), 3, background=(10, 200, 30))
    expected = alpha[..., None] * level
    expected = expected + (1 - alpha[..., None]) * [10, 200, 30]
    np.testing.assert_allclose(values, expected, atol=1)


def test_an_opaque_alpha_changes_nothing(colour):
    opaque = np.full((HEIGHT, WIDTH, 1), 255, "uint8")
    data = encoded(np.concatenate([colour, opaque], axis=-1))
    np.testing.assert_array_equal(decoded(data, 3), colour)


@pytest.mark.parametrize("file_format", ["PNG", "GIF"])
def test_a_transparent_colour_of_a_palette_is_not_a_colour(rng, file_format):
    indices = rng.integers(0, 3, (HEIGHT, WIDTH), dtype="uint8")
    image = PIL.Image.fromarray(indices)
    image.putpalette([0, 0, 0, 90, 90, 90, 180, 180, 180])
    data = encoded(image, file_format, transparency=0)
    with pytest.raises(ValueError, match="must be opaque"):
        decoded(data)
    np.testing.assert_array_equal(
        decoded(data, background=255)[..., 0], np.array([255, 90, 180])[indices]
    )


def test_a_transparent_level_is_not_a_level(grey):
    data = encoded(grey, transparency=int(grey[0, 0]))
    with pytest.raises(ValueError, match="must be opaque"):
        decoded(data)
    values = decoded(data, background=3)[..., 0]
    np.testing.assert_array_equal(values, np.where(grey == grey[0, 0], 3, grey))


def test_black_strokes_on_transparent_black_are_no_empty_image():
    pixels = np.zeros((HEIGHT, WIDTH, 4), "uint8")
    pixels[1, :, 3] = 255
    values = decoded(encoded(pixels), background=255)
    assert (values[1] == 0).all()
    assert (np.delete(values, 1, axis=0) == 255).all()


@pytest.mark.parametrize("file_format", ["GIF", "PNG", "WEBP", "TIFF"])
def test_one_of_several_frames_is_refused(grey, file_format):
    frames = [PIL.Image.fromarray(grey), PIL.Image.fromarray(255 - grey)]
    options = {"save_all": True, "append_images": frames[1:]}
    data = encoded(frames[0], file_format, **options)
    with pytest.raises(ValueError, match="a file must be a single picture"):
        decoded(data)


def test_the_first_picture_of_a_photograph_counts(grey):
    frames = [PIL.Image.fromarray(grey), PIL.Image.fromarray(255 - grey)]
    data = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    with PIL.Image.open(io.BytesIO(data)) as image:
        assert image.n_frames == 2
        np.testing.assert_array_equal(decoded(data)[..., 0], np.asarray(image))


@pytest.mark.parametrize("size", [(WIDTH, HEIGHT), (2, 12), (4, 7), (8, 12)])
def test_another_size_is_refused(grey, size):
    with pytest.raises(
        ValueError, match=r"a file must have height .* height 4 and width 6"
    ):
        ImageDecoder(1).event(encoded(grey), "a file", size)


def test_images_of_too_many_pixels_are_refused(grey, monkeypatch):
    data = encoded(grey)
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 23)
    with pytest.raises(ValueError, match="a file "):
        decoded(data)
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", 24)
    decoded(data)
    monkeypatch.setattr(PIL.Image, "MAX_IMAGE_PIXELS", None)
    decoded(data)


def test_a_small_file_of_a_huge_image_is_refused():
    data = png(8, 0, [bytes(99)], size=(20_000, 20_000))
    with pytest.raises(ValueError, match=r"a file is damaged.*Bomb"):
        decoded(data)


@pytest.mark.parametrize("file_format", [*LOSSLESS, "JPEG"])
def test_what_is_cut_off_is_refused(grey, file_format):
    data = encoded(grey, file_format)
    for length in range(0, len(data) - 3, 1 + len(data) // 50):
        try:
            values = decoded(data[:length])
        except ValueError as error:
            message = str(error)
            assert message.startswith("a file ")
        else:
            # What follows the pixels is not needed.
            np.testing.assert_array_equal(values, decoded(data))


def test_a_flipped_bit_of_a_png_is_noticed(grey):
    """Pillow itself takes one of fifty for another image."""
    whole = encoded(grey)
    for bit in range(len(whole) * 8):
        data = bytearray(whole)
        data[bit // 8] ^= 1 << bit % 8
        with pytest.raises(ValueError, match="a file "):
            decoded(bytes(data))


def of_scans(jpeg, num_scans):
    """Returns a progressive JPEG whose last scan is repeated."""
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    more = num_scans - count_scans(jpeg)
    return jpeg[:-2] + scan * more + jpeg[-2:]


def test_a_jpeg_of_very_many_scans_is_refused(grey):
    jpeg = encoded(grey, "JPEG", progressive=True)
    assert count_scans(encoded(grey, "JPEG")) == 1
    assert count_scans(jpeg) == 6
    assert decoded(of_scans(jpeg, 100)).shape == (HEIGHT, WIDTH, 1)
    with pytest.raises(ValueError, match=r"at most 100 scans.*Received: 101"):
        decoded(of_scans(jpeg, 101))


def test_scans_of_what_else_a_jpeg_holds_do_not_count(grey):
    jpeg = encoded(grey, "JPEG", comment=b"\xff\xda" * 200)
    assert count_scans(jpeg + b"\xff\xda\0\2" * 200) == 1
    assert count_scans(jpeg[:2]) == 0
    np.testing.assert_array_equal(decoded(jpeg), decoded(encoded(grey, "JPEG")))


@pytest.mark.parametrize("mode", ["LAB", "I", "F"])
def test_other_modes_are_refused(mode):
    data = encoded(PIL.Image.new(mode, (WIDTH, HEIGHT)), "TIFF")
    with pytest.raises(ValueError, match=f"of mode '{mode}'"):
        decoded(data)


@pytest.mark.parametrize(
    "data",
    [b"", b"no image", b"%!PS-Adobe-3.0 EPSF-3.0", b"P5 6 4 255 " + bytes(24)],
)
def test_other_files_are_refused(data):
    assert not is_image(data)
    with pytest.raises(ValueError, match="a file is damaged or not an image"):
        decoded(data)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"channels": 2}, "channels=2"),
        ({"num_levels": 16}, "num_levels=16"),
        ({"num_levels": None}, "num_levels=None"),
        ({"background": -1}, "background=-1"),
        ({"background": 0.5}, "background=0.5"),
        ({"background": (0, 0, 256)}, r"background=\(0, 0, 256\)"),
    ],
)
def test_arguments_out_of_range_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        ImageDecoder(**{"channels": 1} | arguments)
