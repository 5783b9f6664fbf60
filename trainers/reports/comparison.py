"""Several runs beside each other: their learning curves and their results."""

import pathlib

from tf_autoregressive.plots.figures import DPI
from tf_autoregressive.plots.figures import empty_figure

from ..errors import UsageError
from ..files import replacing
from ..training.history import best_epoch
from ..training.run_directory import RunDirectory
from .table import aligned

_COLUMNS = (
    "run",
    "test nats",
    "bits/dim",
    "validation nats",
    "best epoch",
    "steps",
    "seconds",
    "state",
)


def table(directories: list[RunDirectory]) -> str:
    """Returns a line for every run, finished or not.

    Raises:
        UsageError: If one is not a run or has no finished epoch.
    """
    return aligned([list(_COLUMNS), *map(_line, directories)])


def save_curves(path: pathlib.Path, directories: list[RunDirectory]) -> None:
    """Draws validation nats over training steps and seconds, as PNG.

    Raises:
        UsageError: If the file cannot be written, or as `table`.
    """
    figure = empty_figure(12, 4.5)
    left, right = figure.subplots(1, 2, sharey=True)
    for directory in directories:
        rows = _rows(directory)
        nats = [row["validation_nats"] for row in rows]
        # A single epoch is a point, and a line through one point is empty.
        style = {"label": directory.path, "marker": "o" * (len(rows) == 1)}
        left.plot([row["step"] for row in rows], nats, **style)
        right.plot([row["train_seconds"] for row in rows], nats, **style)
    left.set(xlabel="step", ylabel="validation nats per example")
    right.set(xlabel="seconds of training")
    for axes in (left, right):
        axes.grid(visible=True, alpha=0.3)
    left.legend()
    with replacing(path) as temporary:
        figure.savefig(temporary, format="png", dpi=DPI)


def _line(directory: RunDirectory) -> list[str]:
    rows = _rows(directory)
    best = rows[best_epoch(rows) - 1]
    result = directory.read_result()
    test = result["test"] if result else {"nats": None, "bits_per_dim": None}
    return [
        str(directory.path),
        _number(test["nats"], 2),
        _number(test["bits_per_dim"], 4),
        _number(best["validation_nats"], 2),
        str(best["epoch"]),
        f"{rows[-1]['step']:,}",
        f"{rows[-1]['train_seconds']:.0f}",
        "finished" if result else f"in epoch {rows[-1]['epoch'] + 1}",
    ]


def _rows(directory: RunDirectory):
    rows = directory.read_metrics()
    if not rows:
        raise UsageError(f"{directory.path} has no finished epoch yet.")
    return rows


def _number(value: float | None, digits: int) -> str:
    return "-" if value is None else f"{value:.{digits}f}"
