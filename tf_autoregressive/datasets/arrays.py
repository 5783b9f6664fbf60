"""Datasets from arrays in memory, with the checks that all others rely on.

Shapes: N examples.
"""

import hashlib
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.arguments import checked_counts
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.info import DatasetInfo
from tf_autoregressive.types import Array
from tf_autoregressive.types import Shape

# Number of values that are checked together.
_PART = 2**20


def from_arrays(
    train: Array,
    validation: Any = None,
    test: Any = None,
    *,
    name: str,
    num_levels: int | None,
    event_shape: Shape | None = None,
    labels: Mapping[str, Array] | None = None,
    **description: Any,
) -> Dataset:
    """Makes a dataset from arrays.

    Args:
        train: `[N, ...]`, integers in `[0, num_levels)` in any dtype, or real
            numbers if `num_levels` is None, which are kept as float32.
        validation: The same for the validation split, or None.
        test: The same for the test split, or None.
        name: Name of the dataset in its `info`.
        num_levels: Number of values that a dimension can take, from 2 to
            2**20. None for real-valued data.
        event_shape: Shape to give to each example, `train.shape[1:]` if None.
        labels: Dict from "train", "validation" and "test" to arrays `[N, ...]`
            of integers, which int32 must hold, or of finite real numbers. If
            given, every split needs its labels and yields `(example, label)`.
        **description: More fields of `DatasetInfo`: `source`, `licence`,
            `binarization`, `notes`.

    Returns:
        A `Dataset`.

    Raises:
        ValueError: If a split is empty or holds anything but such values, or a
            masked one, if the splits' shapes differ, or if labels do not match
            their split or are not such numbers.

    Example:
        >>> import numpy as np
        >>> bits = np.array([[0, 1, 1], [1, 0, 0]])
        >>> data = from_arrays(bits, name="bits", num_levels=2)
        >>> data.info.event_shape, data.info.split_sizes
        ((3,), {'train': 2})
    """
    if num_levels is not None:
        num_levels = checked_num_levels(num_levels)
    if event_shape is not None:
        event_shape = checked_counts("event_shape", event_shape)
    given = {"train": train, "validation": validation, "test": test}
    arrays = {
        split: _events(split, values, num_levels, event_shape)
        for split, values in given.items()
        if values is not None or split == "train"
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


def _events(split, values, num_levels, event_shape):
    """Returns `values` as `[N, *event_shape]` in the dtype that they need."""
    values = plain_array(split, values)
    if values.ndim < 2 or values.size == 0:
        raise ValueError(
            f"`{split}` must have shape [N, *event_shape] with at least one "
            f"example and one dimension. Received: shape={values.shape}"
        )
    _check_values(split, values, num_levels)
    if event_shape is not None:
        values = _reshape(split, values, event_shape)
    return np.ascontiguousarray(values, _dtype(num_levels))


def _dtype(num_levels):
    if num_levels is None:
        return np.float32
    return np.uint8 if num_levels <= 256 else np.int32


def _check_values(split, values, num_levels):
    real = num_levels is None
    rule = f"integers in [0, {num_levels})"
    if real:
        rule = "finite numbers, as float32 too"
    if values.dtype.kind not in "buif":
        raise ValueError(
            f"`{split}` must hold {rule}. Received: dtype={values.dtype}"
        )
    if real:
        valid = _are_finite(values)
    else:
        low, high = values.min(), values.max()
        # NaN makes both ends NaN.
        valid = low >= 0 and high < num_levels and _are_whole(values)
    if not valid:
        raise ValueError(
            f"`{split}` must hold {rule}. Received: dtype={values.dtype} with "
            f"values from {values.min()} to {values.max()}"
        )


def _are_finite(values):
    """Returns whether all values are finite in float32, which keeps them."""
    with np.errstate(over="ignore"):
        ends = np.float32([values.min(), values.max()])
    # NaN makes both ends NaN, and an infinity makes one of them infinite.
    return bool(np.isfinite(ends).all())


def _are_whole(values):
    return values.dtype.kind != "f" or all(
        np.array_equal(part, np.rint(part)) for part in _parts(values)
    )


def _parts(values):
    """Returns parts of an array, so that no check takes as much memory."""
    return np.array_split(values, 1 + values.size // _PART)


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
    if not isinstance(labels, dict) or split not in labels:
        given = sorted(labels) if isinstance(labels, dict) else type(labels)
        raise ValueError(
            f"`labels` must hold the labels of every split. Received: labels "
            f"of {given}, none of {split!r}"
        )
    name = f"labels[{split!r}]"
    values = plain_array(name, labels[split])
    if (
        values.ndim < 1
        or len(values) != size
        or values.dtype.kind not in "buif"
    ):
        raise ValueError(
            f"`{name}` must hold one number, or one array of numbers, for each "
            f"of the {size} examples. Received: shape={values.shape}, "
            f"dtype={values.dtype}"
        )
    return _narrowed(name, values)


def _narrowed(name, values):
    """Returns labels as int32 or float32, in which they must have room."""
    if not values.size:
        raise ValueError(
            f"`{name}` must not be empty. Received: {values.shape}"
        )
    if values.dtype.kind == "f":
        dtype, rule, valid = np.float32, "finite", _are_finite(values)
    else:
        limits = np.iinfo(np.int32)
        dtype, rule = np.int32, f"in [{limits.min}, {limits.max}]"
        valid = values.min() >= limits.min and values.max() <= limits.max
    if not valid:
        raise ValueError(
            f"`{name}` must be {rule}, as they are kept as {dtype.__name__}. "
            f"Received: dtype={values.dtype} with values from {values.min()} "
            f"to {values.max()}"
        )
    return values.astype(dtype)


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
