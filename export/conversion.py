"""Conversion of arrays to the dtype that a signature takes, without loss."""

from typing import Any

import numpy as np
from numpy.typing import DTypeLike


def converted(
    name: str, value: Any, dtype: DTypeLike, *, is_discrete: bool = False
) -> np.ndarray:
    """Returns an array of this dtype, unless that changes a value.

    Real numbers may be rounded, since float32 has fewer digits.

    Args:
        name: The name that errors give to the array.
        value: An array of numbers, or a value that NumPy makes one of.
        dtype: A numeric NumPy dtype.
        is_discrete: Whether only integers are valid. Then no number may become
            an integer by rounding; others are left to the one who asks.

    Raises:
        ValueError: If they are not numbers, some are masked, or a value would
            change.
    """
    dtype = np.dtype(dtype)
    array = _numbers(name, value, dtype)
    # Integers that are too large, infinities and NaN are compared below.
    with np.errstate(over="ignore", invalid="ignore"):
        cast = array.astype(dtype, copy=False)
    if np.can_cast(array.dtype, dtype, "safe"):
        return cast
    if dtype.kind in "biu":
        changed = cast != array
    elif is_discrete:
        changed = (cast != array) & (cast == np.floor(cast))
    else:
        return cast
    if changed.any():
        raise ValueError(
            f"`{name}` must hold values of {dtype}. Received: {array.dtype} "
            f"from {array.min()} to {array.max()}"
        )
    return cast


def _numbers(name, value, dtype):
    try:
        array = np.asanyarray(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(f"`{name}` must be {dtype}: {error}") from error
    if array.dtype.kind not in "biuf":
        raise ValueError(
            f"`{name}` must be {dtype}. Received: dtype {array.dtype}"
        )
    if np.ma.is_masked(array):
        raise ValueError(f"`{name}` must have no masked values.")
    return np.asarray(array)
