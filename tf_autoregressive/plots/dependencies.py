"""The picture of the dependencies of positions.

Shapes: D event dimensions, H height, W width, S positions.
"""

import math
import typing

import numpy as np

from tf_autoregressive.plots.figures import DPI
from tf_autoregressive.plots.figures import MOST_PANELS
from tf_autoregressive.plots.figures import colour_scale
from tf_autoregressive.plots.figures import empty_figure
from tf_autoregressive.plots.figures import show
from tf_autoregressive.plots.grids import UNKNOWN
from tf_autoregressive.plots.grids import image_grid
from tf_autoregressive.types import File

if typing.TYPE_CHECKING:
    from tf_autoregressive.dependencies import Dependencies

# Later entries are painted over earlier ones. None of the colours is on the
# scale of influences, dark violet to yellow.
_MARKS = [
    ((UNKNOWN,) * 3, "later, no influence"),
    ((255, 255, 255), "earlier, no influence"),
    ((0, 255, 255), "the position"),
    ((255, 0, 0), "leak"),
]


def save_dependencies(file: File, found: "Dependencies") -> None:
    """Draws the dependencies of positions and writes the figure as PNG.

    Events that are images get a panel for every position, or a grid of small
    panels for many. Other events get one panel with a row for every position.
    Colours tell how strong the influence of a value is, on a logarithmic scale,
    which earlier values have none, and, in red, leaks. The channels of a pixel
    share a colour: red if one leaks, else white if one is unreachable, else
    that of the strongest.

    Args:
        file: A path or a binary file.
        found: `Dependencies`, from `find_dependencies`.
    """
    figure = empty_figure(7, 4.5)
    scale = _influence_scale(found.influence)
    cells = _dependency_cells(found, scale)
    if cells.ndim == 3:
        _draw_rows(figure, cells, found)
    elif len(cells) > MOST_PANELS:
        _draw_small_panels(figure, cells, found)
    else:
        _draw_panels(figure, cells, found)
    label = "mean magnitude of the gradient"
    figure.colorbar(scale, ax=figure.axes, label=label)
    _add_legend(figure)
    figure.savefig(file, format="png", dpi=DPI)


def _influence_scale(influence):
    """Returns the map from influences to colours."""
    from matplotlib.colors import LogNorm

    positive = influence[influence > 0]
    most = positive.max() if positive.size else 1.0
    least = positive.min() if positive.size else 1.0
    # A scale needs two ends, which are not so far apart that nothing is seen in
    # between.
    least = min(max(least, most * 1e-8), most * 1e-1)
    return colour_scale("viridis", norm=LogNorm(least, most))


def _dependency_cells(found, scale):
    """Returns uint8 `[S, H, W, 3]` for images, else `[S, D, 3]`."""
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
    # A dependence that a finite change alone shows has influence 0, which has
    # no logarithm.
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
        show(axes, cells[index])


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
    show(axes, grid)


def _draw_rows(figure, cells, found):
    _set_size(figure, cells)
    axes = figure.add_subplot()
    show(axes, cells, aspect="auto")
    axes.set_xlabel("dimension")
    axes.set_ylabel("position")
    if len(cells) <= MOST_PANELS:
        names = [_name(position) for position in found.positions]
        axes.set_yticks(range(len(cells)), names)


def _name(position):
    return ",".join(map(str, position))


def _set_size(figure, cells):
    """Makes the figure large enough for a dot per cell, to lose none."""
    height, width = (size * 1.3 / DPI for size in cells.shape[:2])
    figure.set_size_inches(max(7, width + 2), max(4.5, height + 2))


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
        # A legend in one row is wider than a figure of one panel.
        ncols=2 if figure.get_figwidth() < 7 else 4,
    )
