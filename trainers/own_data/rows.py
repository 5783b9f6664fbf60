"""Rows of arrays as the examples of splits."""

import math
from typing import Any

import numpy as np

from .splits import HELD_OUT
from .splits import divided


def rows_dataset(
    events: dict[str, np.ndarray],
    labels: dict[str, np.ndarray] | None = None,
    *,
    image_size: tuple[int, int] | None,
    levels: int | None,
    split_seed: int,
    **described: Any,
) -> Any:
    """Returns a `Dataset` of vectors or images.

    Args:
        events: Arrays `[N, ...]`, by split: "train", and those that are given.
        labels: Integers `[N]` or numbers `[N, n]`, by split, or `None`.
        image_size: `(H, W)` of images that are stored as vectors, or `None`.
        levels: Number of values of a dimension; `None` to find it.
        split_seed: Seed of the choice of the rows that are held out, where they
            are not given.
        **described: Fields of `DatasetInfo`.

    Raises:
        ValueError: If the values or the labels are wrong.
    """
    from tf_autoregressive.datasets import from_arrays

    if labels is not None:
        _check_labels(labels)
    events = {s: _shaped(values, image_size) for s, values in events.items()}
    chosen = rows_of_splits(events, labels, split_seed)
    if labels is not None:
        labels = {s: _taken(labels, *row) for s, row in chosen.items()}
    if levels is None:
        levels = _levels(events)
    dataset = from_arrays(
        **{s: _taken(events, *row) for s, row in chosen.items()},
        num_levels=levels,
        labels=labels,
        **described,
    )
    if levels is None:
        _check_scales(_taken(events, *chosen["train"]))
    return dataset


def rows_of_splits(
    events: dict[str, np.ndarray],
    labels: dict[str, np.ndarray] | None,
    seed: int,
) -> dict:
    """Returns for every split the one that it is taken from, and its rows."""
    missing = [split for split in HELD_OUT if split not in events]
    strata = None
    if labels is not None and labels["train"].ndim == 1:
        strata = labels["train"].tolist()
    rows = range(len(events["train"]))
    divisions = divided(rows, missing, seed=seed, labels=strata)
    given = {split: (split, slice(None)) for split in events}
    return given | {s: ("train", chosen) for s, chosen in divisions.items()}


def _taken(arrays, split, rows):
    return arrays[split][rows]


def _shaped(values, image_size):
    """Returns examples of one axis, or of three if they are images."""
    if values.ndim == 1:
        raise ValueError(
            "There must be a row of numbers for every example, [N, D]. "
            f"Received: shape {values.shape}"
        )
    if image_size is not None:
        pixels = math.prod(image_size)
        dims = math.prod(values.shape[1:])
        if dims not in (pixels, 3 * pixels):
            raise ValueError(
                f"--image-size {image_size[0]}x{image_size[1]} must have the "
                f"{dims} numbers of an example, in one channel or in three."
            )
        return values.reshape(-1, *image_size, dims // pixels)
    if values.ndim == 3:
        return values[..., None]
    if values.ndim > 4 or (values.ndim == 4 and values.shape[3] not in (1, 3)):
        raise ValueError(
            "Examples must be vectors [N, D], or images [N, H, W] or "
            f"[N, H, W, C] with C 1 or 3. Received: shape {values.shape}"
        )
    return values


def _levels(events):
    """Returns the number of values of a dimension, `None` for real ones."""
    import numpy as np

    every = events.values()
    is_image = events["train"].ndim == 4
    if not all(
        values.dtype.kind in "bui" or np.array_equal(values, np.rint(values))
        for values in every
    ):
        if is_image:
            raise ValueError(
                "Images must hold whole numbers, such as 0 to 255. Received: "
                f"values from {min(v.min() for v in every):g} to "
                f"{max(v.max() for v in every):g}"
            )
        return None
    top = max(int(values.max()) for values in every)
    if top < 2:
        return 2
    return 256 if is_image and top < 256 else top + 1


def _check_scales(rows):
    """Checks that real values are near those that models of them begin at."""
    import numpy as np

    means, deviations = rows.mean(axis=0), rows.std(axis=0)
    is_far = (np.abs(means) > 10.0) | (deviations < 0.1) | (deviations > 10.0)
    if is_far.any():
        column = is_far.argmax()
        raise ValueError(
            "Columns of real values must have means in [-10, 10] and standard "
            "deviations in [0.1, 10]. Subtract its mean from each column and "
            "divide by its standard deviation; then log p of the values as "
            "they were is log_prob minus the logarithms of the standard "
            f"deviations of all columns. Received: column {column} with mean "
            f"{means[column]:.4g} and standard deviation "
            f"{deviations[column]:.4g}"
        )


def _check_labels(labels):
    known = set(labels["train"].ravel().tolist())
    for split, values in labels.items():
        if values.ndim == 2 and values.dtype.kind in "uif":
            continue
        if values.ndim != 1 or values.dtype.kind not in "ui":
            raise ValueError(
                f"Labels must be whole numbers [N], or vectors of numbers "
                f"[N, n]. Received those of {split}: shape {values.shape}, "
                f"dtype={values.dtype}"
            )
        if values.min() < 0:
            raise ValueError(
                f"Labels must not be negative. Received: {values.min()} in "
                f"the {split} split"
            )
        unknown = sorted(set(values.tolist()) - known)
        if unknown:
            raise ValueError(
                "Every label must be in the training split. Received: "
                f"{', '.join(map(str, unknown[:5]))} in the {split} split alone"
            )
