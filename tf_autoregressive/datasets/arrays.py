"""Datasets from arrays in memory, with the checks that all others rely on.

Shapes: N examples.
"""

import hashlib
import math

import numpy as np
import tensorflow as tf

from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.info import DatasetInfo


def from_arrays(
    train,
    validation=None,
    test=None,
    *,
    name,
    num_levels,
    event_shape=None,
    labels=None,
    **description,
):
    """Makes a dataset from arrays.

    Args:
        train: `[N, ...]`, integers in `[0, num_levels)` in any dtype, or real
            numbers if `num_levels` is None.
        validation: The same for the validation split, or None.
        test: The same for the test split, or None.
        name: Name of the dataset in its `info`.
        num_levels: Number of values that a dimension can take, at least 2.
            None for real-valued data.
        event_shape: Shape to give to each example, `train.shape[1:]` if None.
        labels: Dict from "train", "validation" and "test" to arrays `[N, ...]`
            of integers or real numbers. If given, every split needs its labels
            and yields `(example, label)`.
        **description: More fields of `DatasetInfo`: `source`, `licence`,
            `binarization`, `notes`.

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If a split is empty or holds anything but such values, if
            the splits' shapes differ, or if labels do not match their split.

    Example:
        >>> import numpy as np
        >>> bits = np.array([[0, 1, 1], [1, 0, 0]])
        >>> data = from_arrays(bits, name="bits", num_levels=2)
        >>> data.info.event_shape, data.info.split_sizes
        ((3,), {'train': 2})
    """
    _check_num_levels(num_levels)
    given = {"train": train, "validation": validation, "test": test}
    arrays = {
        split: _events(split, values, num_levels, event_shape)
        for split, values in given.items()
        if values is not None
    }
    _check_same_event_shape(arrays)
    if labels is not None:
        labels = {s: _labels(s, labels, len(arrays[s])) for s in arrays}
    info = DatasetInfo(
        name=name,
        event_shape=arrays["train"].shape[1:],
        num_levels=num_levels,
        split_sizes={split: len(values) for split, values in arrays.items()},
        sha256=_sha256(arrays.values()),
        **{"source": "arrays", "licence": "not stated"} | description,
    )
    return Dataset(
        **{split: _as_tf_data(split, arrays, labels) for split in given},
        info=info,
    )


def _check_num_levels(num_levels):
    if num_levels is not None and num_levels < 2:
        raise ValueError(
            "`num_levels` must be at least 2, or None for real-valued data. "
            f"Received: num_levels={num_levels}"
        )


def _events(split, values, num_levels, event_shape):
    """Returns `values` as `[N, *event_shape]` in the dtype that they need."""
    values = np.asarray(values)
    if values.ndim < 2 or values.size == 0:
        raise ValueError(
            f"`{split}` must have shape [N, *event_shape] with at least one "
            f"example and one dimension. Received: shape={values.shape}"
        )
    _check_values(split, values, num_levels)
    if event_shape is not None:
        values = _reshape(split, values, tuple(event_shape))
    return np.ascontiguousarray(values, _dtype(num_levels))


def _dtype(num_levels):
    if num_levels is None:
        return np.float32
    return np.uint8 if num_levels <= 256 else np.int32


def _check_values(split, values, num_levels):
    real = num_levels is None
    rule = "finite numbers" if real else f"integers in [0, {num_levels})"
    if values.dtype.kind not in "buif":
        raise ValueError(
            f"`{split}` must hold {rule}. Received: dtype={values.dtype}"
        )
    low, high = values.min(), values.max()
    # NaN makes both ends NaN, an infinity one of them.
    valid = bool(np.isfinite(low) and np.isfinite(high))
    if valid and not real:
        valid = low >= 0 and high < num_levels and _are_whole(values)
    if not valid:
        raise ValueError(
            f"`{split}` must hold {rule}. Received: dtype={values.dtype} with "
            f"values from {low} to {high}"
        )


def _are_whole(values):
    return values.dtype.kind != "f" or np.array_equal(values, np.rint(values))


def _reshape(split, values, event_shape):
    if math.prod(values.shape[1:]) != math.prod(event_shape):
        raise ValueError(
            f"`event_shape` must have as many dimensions as the examples of "
            f"`{split}`, which have shape {values.shape[1:]}. Received: "
            f"event_shape={event_shape}"
        )
    return values.reshape(-1, *event_shape)


def _check_same_event_shape(arrays):
    shapes = {split: values.shape[1:] for split, values in arrays.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"All splits must have the same event shape. Received: {shapes}"
        )


def _labels(split, labels, size):
    if split not in labels:
        raise ValueError(
            f"`labels` must hold the labels of every split. Received: labels "
            f"of {sorted(labels)}, none of {split!r}"
        )
    values = np.asarray(labels[split])
    if values.ndim < 1 or len(values) != size or values.dtype.kind not in "uif":
        raise ValueError(
            f"`labels[{split!r}]` must hold one number, or one array of "
            f"numbers, for each of the {size} examples. Received: "
            f"shape={values.shape}, dtype={values.dtype}"
        )
    return values.astype(np.float32 if values.dtype.kind == "f" else np.int32)


def _sha256(arrays):
    digest = hashlib.sha256()
    for values in arrays:
        digest.update(values)
    return digest.hexdigest()


def _as_tf_data(split, arrays, labels):
    if split not in arrays:
        return None
    if labels is None:
        return tf.data.Dataset.from_tensor_slices(arrays[split])
    return tf.data.Dataset.from_tensor_slices((arrays[split], labels[split]))
