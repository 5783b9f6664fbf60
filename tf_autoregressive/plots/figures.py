"""Figures with axes: learning curves, histograms, log-probabilities, masks.

Shapes: N images, H height, W width, C channels (1 or 3), S positions.

Nothing here touches the global state of matplotlib, so the functions work in
threads and servers.
"""

import math
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from tf_autoregressive.plots.grids import to_rgb
from tf_autoregressive.types import Array
from tf_autoregressive.types import File

DPI = 120

# The titles of more panels could not be read.
MOST_PANELS = 16


def save_log_prob_maps(
    file: File, images: Array, log_prob_per_dim: Array, *, num_levels: int
) -> None:
    """Draws images, and below each what its pixels cost, as PNG.

    Dark pixels are surprising: the colour of a pixel is its log-probability
    given the ones before it, summed over its channels. The title is the sum
    over all pixels. All images share the scale.

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
    pixels = to_rgb(images, num_levels)
    log_prob = np.asarray(log_prob_per_dim)
    if log_prob.shape != np.shape(images) or len(pixels) > MOST_PANELS:
        raise ValueError(
            "`log_prob_per_dim` must have the shape of `images`, at most "
            f"{MOST_PANELS} of them. Received: images.shape="
            f"{np.shape(images)}, log_prob_per_dim.shape={log_prob.shape}"
        )
    maps = log_prob.sum(axis=-1)
    scale = colour_scale("viridis", maps.min(), maps.max())
    figure = empty_figure(1.3 * len(pixels) + 1.5, 3.4)
    for index, (image, values) in enumerate(zip(pixels, maps, strict=True)):
        show(figure.add_subplot(2, len(pixels), index + 1), image)
        axes = figure.add_subplot(2, len(pixels), len(pixels) + index + 1)
        show(axes, values, cmap=scale.cmap, norm=scale.norm)
        axes.set_title(f"{values.sum():.1f}", fontsize="small")
    figure.colorbar(scale, ax=figure.axes, label="nats per pixel")
    figure.savefig(file, format="png", dpi=DPI)


def save_predictive_histograms(
    file: File,
    probabilities: Array,
    *,
    values: Array | None = None,
    titles: Sequence[Any] | None = None,
) -> None:
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
    if probabilities.ndim != 2 or len(probabilities) > MOST_PANELS:
        raise ValueError(
            f"`probabilities` must be [S, levels], S at most {MOST_PANELS}. "
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
    figure = empty_figure(2.6 * columns + 1, 1.9 * rows + 0.6)
    for index, row in enumerate(probabilities):
        axes = figure.add_subplot(rows, columns, index + 1)
        axes.bar(np.arange(num_levels), row, width=1.0)
        if values is not None:
            axes.axvline(int(values[index]), color="red", linewidth=1)
        if titles is not None:
            axes.set_title(str(titles[index]), fontsize="medium")
    figure.supxlabel("value")
    figure.supylabel("probability")
    figure.savefig(file, format="png", dpi=DPI)


def save_masks(file: File, masks: Mapping[str, Array]) -> None:
    """Draws masks as PNG: dark where a weight is used.

    Args:
        file: A path or a binary file.
        masks: A mapping of names to bool `[inputs, outputs]`; see
            `evaluation.mask_matrices`.

    Raises:
        ValueError: If there is no mask, or one is not a matrix.
    """
    if not masks or any(np.ndim(mask) != 2 for mask in masks.values()):
        shapes = {name: np.shape(mask) for name, mask in masks.items()}
        raise ValueError(
            "`masks` must hold at least one matrix, and matrices only. "
            f"Received: {shapes}"
        )
    figure = empty_figure(3.2 * len(masks), 3.4)
    for index, (name, mask) in enumerate(masks.items()):
        axes = figure.add_subplot(1, len(masks), index + 1)
        # Rows are outputs, as in the `W x` of the papers.
        used = np.asarray(mask, dtype=bool).T
        show(axes, used, cmap="Greys", vmin=0, vmax=1)
        axes.set_title(f"{name}: {used.mean():.0%} used", fontsize="medium")
        axes.set_xlabel(f"{used.shape[1]} inputs")
        axes.set_ylabel(f"{used.shape[0]} outputs")
    figure.savefig(file, format="png", dpi=DPI)


def save_learning_curves(
    file: File,
    curves: Mapping[str, tuple[Sequence[float], Sequence[float]]],
    *,
    x_label: str = "epoch",
    y_label: str = "nats per example",
) -> None:
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
    figure = empty_figure(7, 4.5)
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
    figure.savefig(file, format="png", dpi=DPI)


def empty_figure(width: float, height: float) -> Any:
    """Returns an empty figure of so many inches."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def colour_scale(
    colours: str,
    least: float | None = None,
    most: float | None = None,
    norm: Any = None,
) -> Any:
    """Returns a map from numbers to colours, with its two ends or a norm."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import Normalize

    return ScalarMappable(norm or Normalize(least, most), colours)


def show(axes: Any, cells: Array, **options: Any) -> None:
    """Shows a picture or a matrix, a dot for each of its cells."""
    axes.imshow(cells, interpolation="nearest", **options)
    axes.set_xticks([])
    axes.set_yticks([])
