"""Figures of the ways to run a stack: what a call computes, what it finds.

`figures.py` draws them while the site is built, and
`python docs/stack_figures.py` writes them into the working directory.
"""

import pathlib

import numpy as np
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from tf_autoregressive import layers
from tf_autoregressive import plots

UNKNOWN, KEPT, COMPUTED = range(3)
_COLOURS = ["#e8e8e8", "#8fb8de", "#f28e2b"]
_NAMES = ["not used, or not there yet", "kept from before", "computed"]
_DPI = 110


def image_runs():
    """Returns a picture of a map, a row and a pixel of an image."""
    height, width, row, column = 5, 7, 2, 3
    layer = layers.ShiftedConv2D(1, (2, 3), above=1, left=1)
    on_map = np.full((height, width), COMPUTED)
    of_row = np.full((height, width), UNKNOWN)
    of_row[row - layer.above : row] = KEPT
    of_row[row] = COMPUTED
    of_pixel = np.full((height, width), UNKNOWN)
    of_pixel[row - layer.above : row] = KEPT
    of_pixel[row, :column] = KEPT
    of_pixel[row, column] = COMPUTED
    panels = {
        "a map: MapScope,\nto train and score": on_map,
        "a row: RowScope,\nonce a row": of_row,
        "a pixel: PixelScope,\nonce a colour of a pixel": of_pixel,
    }
    figure = Figure(figsize=(8, 2.9), layout="constrained")
    for index, (title, cells) in enumerate(panels.items(), start=1):
        axes = figure.add_subplot(1, 3, index)
        axes.pcolormesh(
            cells[::-1],
            cmap=ListedColormap(_COLOURS),
            vmin=UNKNOWN,
            vmax=COMPUTED,
            edgecolors="white",
            linewidth=1.5,
        )
        axes.set_aspect("equal")
        axes.set_title(title, fontsize="medium")
        axes.axis("off")
    return _with_legend(figure)


def sequence_runs():
    """Returns a picture of all steps, and of one step, of dilated layers."""
    convolutions = [
        layers.CausalConv1D(1, 2, dilation=dilation) for dilation in (1, 2, 4)
    ]
    steps = 12
    figure = Figure(figsize=(8, 3.3), layout="constrained")
    titles = (
        "all steps: SequenceScope,\nto train and score",
        "one step: StepScope,\nto draw",
    )
    for index, title in enumerate(titles, start=1):
        axes = figure.add_subplot(1, 2, index)
        computed = range(steps) if index == 1 else [steps - 3]
        _draw_steps(axes, convolutions, steps, computed)
        axes.set_title(title, fontsize="medium")
        axes.axis("off")
    return _with_legend(figure)


def _draw_steps(axes, convolutions, steps, computed):
    """Draws inputs below, and above them the outputs of layer on layer."""
    nodes = np.full((len(convolutions) + 1, steps), UNKNOWN)
    for depth, layer in enumerate(convolutions):
        if len(computed) == 1:
            (step,) = computed
            nodes[depth, step - layer.reach : step] = KEPT
        for step in computed:
            for earlier in (step, step - layer.dilation):
                if earlier >= 0:
                    axes.plot([earlier, step], [depth, depth + 1], color="grey")
    nodes[:, computed] = COMPUTED
    depths, times = np.indices(nodes.shape)
    colours = np.array(_COLOURS)[nodes.ravel()]
    axes.scatter(times, depths, s=70, c=colours, zorder=2)


def _with_legend(figure):
    """Returns the figure as a picture, with what its colours mean."""
    handles = [
        Patch(facecolor=colour, label=name)
        for colour, name in zip(_COLOURS, _NAMES, strict=True)
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=3)
    return plots.picture(_save, figure)


def _save(file, figure):
    figure.savefig(file, format="png", dpi=_DPI)


if __name__ == "__main__":
    for draw in (image_runs, sequence_runs):
        pathlib.Path(f"{draw.__name__}.png").write_bytes(draw())
