"""Images side by side: samples, completions, neighbours and features.

Shapes: N images, H height, W width, C channels (1 or 3), K completions or
neighbours, U units.
"""

import math
from collections.abc import Sequence

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.types import Array
from tf_autoregressive.types import File

# Mid-grey marks the pixels that a model was not told. It is neither of the two
# values of bits, and rare enough in photographs not to be taken for a part of
# the picture.
UNKNOWN = 128
_BACKGROUND = 64


def is_image_shape(event_shape: Sequence[int]) -> bool:
    """Returns whether the shape is `(H, W, 1)` or `(H, W, 3)`, of an image."""
    return len(event_shape) == 3 and event_shape[-1] in (1, 3)


def image_grid(
    images: Array,
    *,
    num_levels: int,
    num_columns: int | None = None,
    padding: int = 1,
) -> np.ndarray:
    """Arranges images in a grid, row after row.

    Args:
        images: `[N, H, W, C]`, integers in `[0, num_levels)`; `C` is 1 (grey)
            or 3 (RGB).
        num_levels: Number of values of a channel, at least 2. 0 is drawn
            black and `num_levels - 1` white.
        num_columns: Images in a row, by default the square root of `N`,
            rounded up.
        padding: Pixels around every image.

    Returns:
        uint8 `[rows * (H + padding) + padding, columns * (W + padding) +
        padding, 3]`, RGB.

    Raises:
        ValueError: If `images` has another shape or no image at all, or holds
            values out of range, or if `num_levels` is below 2.

    Example:
        >>> image_grid(np.zeros((6, 4, 4, 1), int), num_levels=2).shape
        (11, 16, 3)
    """
    pixels = to_rgb(images, num_levels)
    num_images, height, width, _ = pixels.shape
    columns = num_columns or math.ceil(math.sqrt(num_images))
    rows = math.ceil(num_images / columns)
    cell = (height + padding, width + padding)
    grid = np.full(
        (rows * cell[0] + padding, columns * cell[1] + padding, 3),
        _BACKGROUND,
        dtype="uint8",
    )
    for index, image in enumerate(pixels):
        top = index // columns * cell[0] + padding
        left = index % columns * cell[1] + padding
        grid[top : top + height, left : left + width] = image
    return grid


def save_image_grid(
    file: File,
    images: Array,
    *,
    num_levels: int,
    num_columns: int | None = None,
    scale: int = 2,
) -> None:
    """Writes a grid of images as PNG.

    Args:
        file: A path or a binary file.
        images: `[N, H, W, C]`, integers in `[0, num_levels)`, `C` 1 or 3.
        num_levels: Number of values of a channel.
        num_columns: Images in a row; see `image_grid`.
        scale: Screen pixels an image pixel is drawn with, on each side.

    Raises:
        ValueError: As `image_grid`.
    """
    grid = image_grid(images, num_levels=num_levels, num_columns=num_columns)
    _save_png(file, grid, scale)


def save_completions(
    file: File,
    originals: Array,
    known: Array,
    completed: Array,
    *,
    num_levels: int,
    scale: int = 2,
) -> None:
    """Writes a picture of completions as PNG: one row for an original.

    A row shows the original, what the model was told of it (the rest in
    grey), and its completions side by side.

    Args:
        file: A path or a binary file.
        originals: `[N, H, W, C]`, integers in `[0, num_levels)`, `C` 1 or 3.
        known: bool, `[H, W, C]` or `[N, H, W, C]`: the positions that were
            given.
        completed: `[N, K, H, W, C]`, `K` completions of every original.
        num_levels: Number of values of a channel.
        scale: Screen pixels an image pixel is drawn with, on each side.

    Raises:
        ValueError: If the shapes do not fit together, or as `image_grid`.
    """
    tiles = _beside(originals, completed, 2, num_levels, "completed")
    # A pixel is drawn as unknown unless all its channels were given.
    seen = np.broadcast_to(np.asarray(known, dtype=bool), np.shape(originals))
    tiles[:, 1][~seen.all(axis=-1)] = UNKNOWN
    _save_rows(file, tiles, scale)


def save_neighbours(
    file: File,
    samples: Array,
    neighbours: Array,
    *,
    num_levels: int,
    scale: int = 2,
) -> None:
    """Writes samples and the examples nearest to them as PNG, a row for each.

    Args:
        file: A path or a binary file.
        samples: `[N, H, W, C]`, integers in `[0, num_levels)`, `C` 1 or 3.
        neighbours: `[N, K, H, W, C]`, the nearest first; see
            `evaluation.nearest_neighbours`.
        num_levels: Number of values of a channel.
        scale: Screen pixels an image pixel is drawn with, on each side.

    Raises:
        ValueError: If the shapes do not fit together, or as `image_grid`.
    """
    tiles = _beside(samples, neighbours, 1, num_levels, "neighbours")
    # A gap keeps readers from taking the sample for an example.
    gap = np.full_like(tiles[:, :1], _BACKGROUND)
    tiles = np.concatenate([tiles[:, :1], gap, tiles[:, 1:]], axis=1)
    _save_rows(file, tiles, scale)


def feature_grid(
    features: Array, *, num_columns: int | None = None
) -> np.ndarray:
    """Arranges the weights of units in a grid: grey is 0, white the largest.

    Args:
        features: `[U, H, W, C]`, real numbers, `C` 1 or 3; see
            `evaluation.first_layer_features`.
        num_columns: Units in a row; see `image_grid`.

    Returns:
        uint8 `[rows, columns, 3]`. All units share the scale, from black for
        minus the largest magnitude to white for the largest.

    Raises:
        ValueError: If a weight is not finite, or as `image_grid`.
    """
    features = np.asarray(features, "float64")
    if not np.isfinite(features).all():
        raise ValueError("`features` must be finite.")
    largest = np.abs(features).max(initial=0.0) or 1.0
    levels = np.round(127.5 + 127.5 * features / largest)
    return image_grid(levels, num_levels=256, num_columns=num_columns)


def save_features(
    file: File,
    features: Array,
    *,
    num_columns: int | None = None,
    scale: int = 2,
) -> None:
    """Writes `feature_grid` as PNG.

    Args:
        file: A path or a binary file.
        features: `[U, H, W, C]`; see `feature_grid`.
        num_columns: Units in a row.
        scale: Screen pixels an image pixel is drawn with, on each side.

    Raises:
        ValueError: As `feature_grid`.
    """
    grid = feature_grid(features, num_columns=num_columns)
    _save_png(file, grid, scale)


def to_rgb(images: Array, num_levels: int) -> np.ndarray:
    """Returns `images` as uint8 `[N, H, W, 3]`."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not images.size:
        raise ValueError(
            "`images` must be [N, H, W, C] with N at least 1 and C 1 or 3. "
            f"Received: shape={images.shape}"
        )
    num_levels = checked_count("num_levels", num_levels, at_least=2)
    # A NaN fails both comparisons, so the test is for what is allowed.
    if not (images.min() >= 0 and images.max() < num_levels):
        raise ValueError(
            f"`images` must lie in [0, {num_levels - 1}] (num_levels="
            f"{num_levels}). Received values in "
            f"[{images.min()}, {images.max()}]"
        )
    pixels = np.round(images * (255.0 / (num_levels - 1))).astype("uint8")
    return np.broadcast_to(pixels, (*images.shape[:-1], 3)).copy()


def _beside(images, others, copies, num_levels, name):
    """Returns uint8 `[N, copies + K, H, W, 3]`: images, then their others."""
    images, others = np.asarray(images), np.asarray(others)
    if (
        others.ndim != images.ndim + 1
        or others.shape[:1] + others.shape[2:] != images.shape
    ):
        raise ValueError(
            f"`{name}` must have the shape of the images, "
            f"{images.shape}, with one more axis after the first. "
            f"Received: {name}.shape={others.shape}"
        )
    tiles = np.concatenate([images[:, None]] * copies + [others], axis=1)
    pixels = to_rgb(tiles.reshape(-1, *images.shape[1:]), num_levels)
    return pixels.reshape(*tiles.shape[:2], *pixels.shape[1:])


def _save_rows(file, tiles, scale):
    """Writes tiles `[rows, columns, H, W, 3]`, uint8, as PNG."""
    grid = image_grid(
        tiles.reshape(-1, *tiles.shape[2:]),
        num_levels=256,
        num_columns=tiles.shape[1],
    )
    _save_png(file, grid, scale)


def _save_png(file, pixels, scale):
    from PIL import Image

    pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    Image.fromarray(pixels).save(file, format="PNG", optimize=True)
