"""Pictures of samples, of completions and of learning curves, as PNG files.

Shapes: N images, H height, W width, C channels (1 or 3), K completions.

Every function takes integer images, in `[0, num_levels)` as the models draw
them, and a path or a binary file to write to. Nothing here touches the
global state of matplotlib, so the functions work in threads and servers.
"""

import math

import numpy as np

# Mid-grey marks what a model was not told: neither binary value, and rare
# enough in photographs not to be taken for a part of the picture.
_UNKNOWN = 128
_BACKGROUND = 64


def is_image_shape(event_shape):
    """Whether events of this shape can be drawn: `(H, W, 1)` or `(H, W, 3)`."""
    return len(event_shape) == 3 and event_shape[-1] in (1, 3)


def image_grid(images, *, num_levels, num_columns=None, padding=1):
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
    pixels = _to_rgb(images, num_levels)
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


def save_image_grid(file, images, *, num_levels, num_columns=None, scale=2):
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


def save_completions(file, originals, known, completed, *, num_levels, scale=2):
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
    originals = np.asarray(originals)
    completed = np.asarray(completed)
    if (
        completed.ndim != originals.ndim + 1
        or completed.shape[:1] + completed.shape[2:] != originals.shape
    ):
        raise ValueError(
            "`completed` must have the shape of `originals` with an axis of "
            "completions after the first. Received: originals.shape="
            f"{originals.shape}, completed.shape={completed.shape}"
        )
    num_images, num_completions = completed.shape[:2]
    tiles = np.concatenate([originals[:, None, ...]] * 2 + [completed], axis=1)
    columns = num_completions + 2
    tiles = _to_rgb(tiles.reshape(-1, *originals.shape[1:]), num_levels)
    tiles = tiles.reshape(num_images, columns, *tiles.shape[1:])
    # A pixel is drawn as unknown unless all its channels were given.
    seen = np.broadcast_to(np.asarray(known, dtype=bool), originals.shape)
    tiles[:, 1][~seen.all(axis=-1)] = _UNKNOWN
    grid = image_grid(
        tiles.reshape(-1, *tiles.shape[2:]), num_levels=256, num_columns=columns
    )
    _save_png(file, grid, scale)


def save_learning_curves(
    file, curves, *, x_label="epoch", y_label="nats per example"
):
    """Draws curves into one set of axes and writes the figure as PNG.

    Args:
        file: A path or a binary file.
        curves: A mapping of a curve's name to its `(x, y)`, two sequences of
            numbers of the same length.
        x_label: Name of the horizontal axis, with its unit.
        y_label: Name of the vertical axis, with its unit.

    Raises:
        ValueError: If there is no curve, or one whose `x` and `y` differ in
            length.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if not curves:
        raise ValueError("`curves` must hold at least one curve. Received: {}")
    figure = Figure(figsize=(7, 4.5), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    for name, (x, y) in curves.items():
        if len(x) != len(y):
            raise ValueError(
                f"`curves[{name!r}]` must have as many x as y. Received: "
                f"{len(x)} x, {len(y)} y"
            )
        # A single epoch is a point, and a line through one point is empty.
        axes.plot(x, y, label=name, marker="o" if len(x) == 1 else None)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.grid(visible=True, alpha=0.3)
    axes.legend()
    figure.savefig(file, format="png", dpi=120)


def _to_rgb(images, num_levels):
    """Returns `images` as uint8 `[N, H, W, 3]`."""
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] not in (1, 3) or not images.size:
        raise ValueError(
            "`images` must be [N, H, W, C] with N at least 1 and C 1 or 3. "
            f"Received: shape={images.shape}"
        )
    if num_levels < 2:
        raise ValueError(
            "`num_levels` must be at least 2. "
            f"Received: num_levels={num_levels}"
        )
    # A NaN fails both comparisons, so the test is for what is allowed.
    if not (images.min() >= 0 and images.max() < num_levels):
        raise ValueError(
            f"`images` must lie in [0, {num_levels - 1}] (num_levels="
            f"{num_levels}). Received values in "
            f"[{images.min()}, {images.max()}]"
        )
    pixels = np.round(images * (255.0 / (num_levels - 1))).astype("uint8")
    return np.broadcast_to(pixels, (*images.shape[:-1], 3)).copy()


def _save_png(file, pixels, scale):
    from PIL import Image

    pixels = pixels.repeat(scale, axis=0).repeat(scale, axis=1)
    Image.fromarray(pixels).save(file, format="PNG", optimize=True)
