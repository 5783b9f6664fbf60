"""Pictures of samples, scores, features, masks and dependencies: PNG files.

Shapes: N images, H height, W width, C channels (1 or 3), K completions or
neighbours, S positions, U units.

Images are integers in `[0, num_levels)`, as the models draw them; what is
written to is a path or a binary file, and `picture` shows it in a notebook.
What is drawn comes from the models and from `evaluation`. Nothing here touches
the global state of matplotlib, so the functions work in threads and servers.
"""

import io
import math

import numpy as np

# Mid-grey marks what a model was not told: neither binary value, and rare
# enough in photographs not to be taken for a part of the picture.
_UNKNOWN = 128
_BACKGROUND = 64

_DPI = 120

# What hides what: the later ones the earlier ones. None of the colours is on
# the scale of influences, dark violet to yellow.
_MARKS = [
    ((_UNKNOWN,) * 3, "later, no influence"),
    ((255, 255, 255), "earlier, no influence"),
    ((0, 255, 255), "the position"),
    ((255, 0, 0), "leak"),
]
# Titles of more panels could not be read.
_MOST_PANELS = 16


class Picture(bytes):
    """The bytes of a PNG file, which notebooks show as a picture."""

    def _repr_png_(self):
        return bytes(self)

    def __repr__(self):
        # Notebooks store this beside the picture: the bytes would be there
        # twice, the second time as text.
        return f"<PNG file of {len(self):,} bytes>"


def picture(save, *args, **options):
    """Returns what a function of this module would save, for a notebook.

    Args:
        save: One of the functions `save_...`.
        *args: Its arguments after the file.
        **options: Its further arguments.

    Returns:
        A `Picture`.

    Example:
        >>> image = np.ones((1, 2, 2, 1), int)
        >>> picture(save_image_grid, image, num_levels=2)[1:4]
        b'PNG'
    """
    file = io.BytesIO()
    save(file, *args, **options)
    return Picture(file.getvalue())


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
    tiles = _beside(originals, completed, 2, num_levels, "completed")
    # A pixel is drawn as unknown unless all its channels were given.
    seen = np.broadcast_to(np.asarray(known, dtype=bool), np.shape(originals))
    tiles[:, 1][~seen.all(axis=-1)] = _UNKNOWN
    _save_rows(file, tiles, scale)


def save_neighbours(file, samples, neighbours, *, num_levels, scale=2):
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
    # A gap, so that nobody takes the sample for an example.
    gap = np.full_like(tiles[:, :1], _BACKGROUND)
    tiles = np.concatenate([tiles[:, :1], gap, tiles[:, 1:]], axis=1)
    _save_rows(file, tiles, scale)


def save_log_prob_maps(file, images, log_prob_per_dim, *, num_levels):
    """Draws images, and below each what its pixels cost, as PNG.

    Dark is surprising: the colour of a pixel is its log-probability given the
    ones before it, summed over its channels; the title the sum over all
    pixels. All images share the scale.

    Args:
        file: A path or a binary file.
        images: `[N, H, W, C]`, integers in `[0, num_levels)`, `C` 1 or 3, at
            most 16 of them.
        log_prob_per_dim: `[N, H, W, C]` nats, as the models return it.
        num_levels: Number of values of a channel.

    Raises:
        ValueError: If the shapes differ, there are more than 16 images, or as
            `image_grid`.
    """
    pixels = _to_rgb(images, num_levels)
    log_prob = np.asarray(log_prob_per_dim)
    if log_prob.shape != np.shape(images) or len(pixels) > _MOST_PANELS:
        raise ValueError(
            "`log_prob_per_dim` must have the shape of `images`, at most "
            f"{_MOST_PANELS} of them. Received: images.shape="
            f"{np.shape(images)}, log_prob_per_dim.shape={log_prob.shape}"
        )
    maps = log_prob.sum(axis=-1)
    scale = _scale("viridis", maps.min(), maps.max())
    figure = _figure(1.3 * len(pixels) + 1.5, 3.4)
    for index, (image, values) in enumerate(zip(pixels, maps, strict=True)):
        _show(figure.add_subplot(2, len(pixels), index + 1), image)
        axes = figure.add_subplot(2, len(pixels), len(pixels) + index + 1)
        _show(axes, values, cmap=scale.cmap, norm=scale.norm)
        axes.set_title(f"{values.sum():.1f}", fontsize="small")
    figure.colorbar(scale, ax=figure.axes, label="nats per pixel")
    figure.savefig(file, format="png", dpi=_DPI)


def save_predictive_histograms(
    file, probabilities, *, values=None, titles=None
):
    """Draws the distribution of a value at some positions, as PNG.

    Args:
        file: A path or a binary file.
        probabilities: `[S, levels]`, at most 16 positions; see
            `evaluation.predictive_probabilities`.
        values: `[S]`, the values that were there, marked in red.
        titles: `S` titles, such as the positions.

    Raises:
        ValueError: If there are more than 16 positions, or not as many values
            or titles.
    """
    probabilities = np.asarray(probabilities)
    if probabilities.ndim != 2 or len(probabilities) > _MOST_PANELS:
        raise ValueError(
            f"`probabilities` must be [S, levels], S at most {_MOST_PANELS}. "
            f"Received: shape={probabilities.shape}"
        )
    num_positions, num_levels = probabilities.shape
    for name, given in (("values", values), ("titles", titles)):
        if given is not None and len(given) != num_positions:
            raise ValueError(
                f"`{name}` must be {num_positions}, one for each position. "
                f"Received: {len(given)}"
            )
    columns = math.ceil(math.sqrt(num_positions))
    rows = math.ceil(num_positions / columns)
    figure = _figure(2.6 * columns + 1, 1.9 * rows + 0.6)
    for index, row in enumerate(probabilities):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.bar(np.arange(num_levels), row, width=1.0)
        if values is not None:
            axes.axvline(int(values[index]), color="red", linewidth=1)
        if titles is not None:
            axes.set_title(str(titles[index]), fontsize="medium")
    figure.supxlabel("value")
    figure.supylabel("probability")
    figure.savefig(file, format="png", dpi=_DPI)


def feature_grid(features, *, num_columns=None):
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


def save_features(file, features, *, num_columns=None, scale=2):
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


def save_masks(file, masks):
    """Draws masks as PNG: dark where a weight is used.

    Args:
        file: A path or a binary file.
        masks: A mapping of names to bool `[inputs, outputs]`; see
            `evaluation.mask_matrices`.

    Raises:
        ValueError: If there is no mask, or one that is no matrix.
    """
    if not masks or any(np.ndim(mask) != 2 for mask in masks.values()):
        shapes = {name: np.shape(mask) for name, mask in masks.items()}
        raise ValueError(
            "`masks` must hold at least one matrix, and matrices only. "
            f"Received: {shapes}"
        )
    figure = _figure(3.2 * len(masks), 3.4)
    for index, (name, mask) in enumerate(masks.items()):
        axes = figure.add_subplot(1, len(masks), index + 1)
        # Rows are outputs, as in the papers' `W x`.
        used = np.asarray(mask, dtype=bool).T
        _show(axes, used, cmap="Greys", vmin=0, vmax=1)
        axes.set_title(f"{name}: {used.mean():.0%} used", fontsize="medium")
        axes.set_xlabel(f"{used.shape[1]} inputs")
        axes.set_ylabel(f"{used.shape[0]} outputs")
    figure.savefig(file, format="png", dpi=_DPI)


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
    if not curves:
        raise ValueError("`curves` must hold at least one curve. Received: {}")
    figure = _figure(7, 4.5)
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
    figure.savefig(file, format="png", dpi=_DPI)


def save_dependencies(file, found):
    """Draws what positions depend on and writes the figure as PNG.

    A panel for every position, with the picture of an image; of many positions
    a grid of small panels; of events that are no images one panel with a row
    for every position. Colours tell how strong the influence of a value is, on
    a logarithmic scale, which earlier values have none, and, in red, leaks.
    The channels of a pixel share a colour: red if one leaks, else white if one
    is unreachable, else that of the strongest.

    Args:
        file: A path or a binary file.
        found: `Dependencies`, from `find_dependencies`.
    """
    figure = _figure(7, 4.5)
    scale = _influence_scale(found.influence)
    cells = _dependency_cells(found, scale)
    if cells.ndim == 3:
        _draw_rows(figure, cells, found)
    elif len(cells) > _MOST_PANELS:
        _draw_small_panels(figure, cells, found)
    else:
        _draw_panels(figure, cells, found)
    label = "mean magnitude of the gradient"
    figure.colorbar(scale, ax=figure.axes, label=label)
    _add_legend(figure)
    figure.savefig(file, format="png", dpi=_DPI)


def _figure(width, height):
    """Returns an empty figure of so many inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def _scale(colours, least=None, most=None, norm=None):
    """Returns a map from numbers to colours, with its two ends or a norm."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(norm or Normalize(least, most), colours)


def _influence_scale(influence):
    """Returns the map from influences to colours."""
    from matplotlib.colors import LogNorm

    positive = influence[influence > 0]
    most = positive.max() if positive.size else 1.0
    least = positive.min() if positive.size else 1.0
    # A scale has two ends, not too far apart to tell what is in between.
    least = min(max(least, most * 1e-8), most * 1e-1)
    return _scale("viridis", norm=LogNorm(least, most))


def _dependency_cells(found, scale):
    """Returns uint8 `[S, H, W, 3]`, or `[S, D, 3]` if events are no images."""
    num_positions, *event_shape = found.influence.shape
    own = np.zeros(found.influence.shape, dtype=bool)
    for event, position in zip(own, found.positions, strict=True):
        event[tuple(position)] = True
    seen = (found.earlier | found.depends).any(axis=0)
    marks = [found.influence, ~seen, found.unreachable, own, found.leaks]
    if len(event_shape) == 3:
        marks[1] = ~seen.any(axis=-1, keepdims=True)
        marks = [mark.max(axis=-1) for mark in marks]
    else:
        marks = [mark.reshape(num_positions, -1) for mark in marks]
    # A finite change may show what no gradient does: 0 has no logarithm.
    influence = np.maximum(marks[0], scale.norm.vmin)
    colours = scale.cmap(scale.norm(influence.ravel()), bytes=True)[:, :3]
    cells = colours.reshape(*influence.shape, 3)
    for mark, (colour, _) in zip(marks[1:], _MARKS, strict=True):
        cells[mark] = colour
    return cells


def _draw_panels(figure, cells, found):
    columns = math.ceil(math.sqrt(len(cells)))
    rows = math.ceil(len(cells) / columns)
    figure.set_size_inches(3 * columns + 1.5, 3 * rows + 1)
    for index, position in enumerate(found.positions):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.set_title(
            f"{_name(position)}\nleaks: {found.leaks[index].sum()}, "
            f"unreachable: {found.unreachable[index].sum()}",
            fontsize="medium",
        )
        _show(axes, cells[index])


def _draw_small_panels(figure, cells, found):
    """Draws the panels in rows, a row for every row of the positions."""
    columns = math.ceil(len(cells) / len(np.unique(found.positions[:, 0])))
    grid = image_grid(cells, num_levels=256, num_columns=columns)
    _set_size(figure, grid)
    axes = figure.add_subplot()
    axes.set_title(
        f"{len(cells)} positions, leaks: {found.leaks.sum()}, "
        f"unreachable: {found.unreachable.sum()}"
    )
    _show(axes, grid)


def _draw_rows(figure, cells, found):
    _set_size(figure, cells)
    axes = figure.add_subplot()
    _show(axes, cells, aspect="auto")
    axes.set_xlabel("dimension")
    axes.set_ylabel("position")
    if len(cells) <= _MOST_PANELS:
        names = [_name(position) for position in found.positions]
        axes.set_yticks(range(len(cells)), names)


def _name(position):
    return ",".join(map(str, position))


def _set_size(figure, cells):
    """Makes the figure large enough for a dot per cell: none is lost."""
    height, width = (size * 1.3 / _DPI for size in cells.shape[:2])
    figure.set_size_inches(max(7, width + 2), max(4.5, height + 2))


def _show(axes, cells, **options):
    axes.imshow(cells, interpolation="nearest", **options)
    axes.set_xticks([])
    axes.set_yticks([])


def _add_legend(figure):
    from matplotlib.patches import Patch

    figure.legend(
        handles=[
            Patch(
                facecolor=[level / 255 for level in colour],
                edgecolor="black",
                label=label,
            )
            for colour, label in _MARKS
        ],
        loc="outside lower center",
        # In one row it is wider than a figure of one panel.
        ncols=2 if figure.get_figwidth() < 7 else 4,
    )


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
    pixels = _to_rgb(tiles.reshape(-1, *images.shape[1:]), num_levels)
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
