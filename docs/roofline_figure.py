"""The figure of what training, scoring and drawing reach of the machine."""

import numpy as np
from matplotlib.figure import Figure

from docs.roofline import WAYS
from docs.roofline import recorded
from tf_autoregressive import plots

_COLOURS = {"float32": "#4e79a7", "bfloat16": "#f28e2b"}
_DPI = 110


def roofline():
    """Returns a picture of all rows below the roofs of the machine."""
    record = recorded()
    names = [*dict.fromkeys(row["model"] for row in record["rows"])]
    figure = Figure(figsize=(10, 4.4), layout="constrained")
    panels = figure.subplots(1, len(WAYS), sharey=True)
    for axes, way in zip(panels, WAYS, strict=True):
        rows = [row for row in record["rows"] if row["way"] == way]
        _draw_roofs(axes, record["peaks"], {row["dtype"] for row in rows})
        for row in rows:
            _draw_row(axes, row, names.index(row["model"]) + 1)
        # Texts do not move the limits by themselves.
        axes.set_ylim(bottom=1)
        axes.set_title(way)
        axes.set_xlabel("operations a byte")
        axes.grid(alpha=0.3)
    panels[0].set_ylabel("GFLOP a second")
    legend = [f"{number} {name}" for number, name in enumerate(names, start=1)]
    figure.text(1.01, 0.5, "\n".join(legend), va="center", fontsize="small")
    return plots.picture(figure.savefig, dpi=_DPI, bbox_inches="tight")


def _draw_roofs(axes, peaks, dtypes):
    intensities = np.geomspace(0.5, 2e3, 200)
    for dtype in sorted(dtypes):
        roof = np.minimum(
            peaks["operations"][dtype], intensities * peaks["num_bytes"]
        )
        axes.loglog(intensities, roof / 1e9, color=_COLOURS[dtype], label=dtype)
    axes.legend(loc="lower right", fontsize="small")


def _draw_row(axes, row, number):
    axes.text(
        row["operations"] / row["bytes"],
        row["operations"] / row["seconds"] / 1e9,
        str(number),
        color=_COLOURS[row["dtype"]],
        ha="center",
        va="center",
        fontsize="small",
        clip_on=True,
    )
