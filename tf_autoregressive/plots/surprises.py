"""The picture of where the surprise of sequences and vectors is.

Shapes: N events, T steps.
"""

from collections.abc import Sequence

import numpy as np

from tf_autoregressive.plots.figures import DPI
from tf_autoregressive.plots.figures import MOST_PANELS
from tf_autoregressive.plots.figures import empty_figure
from tf_autoregressive.types import Array
from tf_autoregressive.types import File


def save_surprise_curves(
    file: File, surprise: Array, *, titles: Sequence[str] | None = None
) -> None:
    """Draws the surprise of sequences or vectors, step by step, as PNG.

    Every event has a panel; all share their scales. Images are drawn by
    `save_log_prob_maps`.

    Args:
        file: A path or a binary file.
        surprise: `[N, T]` or `[N, T, ...]` nats, at most 16 events, as
            `anomaly.Detector.explain` returns it; the values of a step are
            added up.
        titles: `N` titles.

    Raises:
        ValueError: If there are no events or more than 16, events have no
            steps, or there are not as many titles.
    """
    surprise = np.asarray(surprise)
    if surprise.ndim < 2 or not 0 < len(surprise) <= MOST_PANELS:
        raise ValueError(
            f"`surprise` must be [N, T, ...] of at most {MOST_PANELS} events. "
            f"Received: surprise.shape={surprise.shape}"
        )
    if titles is not None and len(titles) != len(surprise):
        raise ValueError(
            f"`titles` must be one for each of {len(surprise)} events. "
            f"Received: {len(titles)}"
        )
    by_step = surprise.reshape(*surprise.shape[:2], -1).sum(axis=-1)
    figure = empty_figure(7, 1.2 + 1.3 * len(by_step))
    panels = figure.subplots(len(by_step), 1, sharex=True, sharey=True)
    for index, axes in enumerate(np.atleast_1d(panels)):
        axes.step(range(by_step.shape[1]), by_step[index], where="mid")
        axes.grid(visible=True, alpha=0.3)
        if titles is not None:
            axes.set_title(titles[index], fontsize="small")
    axes.set_xlabel("step")
    figure.supylabel("nats per step")
    figure.savefig(file, format="png", dpi=DPI)
