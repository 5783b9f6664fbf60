"""Checks on arguments that several parts of the library take."""

import numbers
from collections import abc

import numpy as np

# float32 keeps 24 bits. A level of a logistic mixture is two steps wide on the
# scale of its positions, which reaches twice as far as there are levels: with
# 2**20 of them a position is known to a sixteenth of a level. With more, draws
# land in the level beside and log-probabilities are off by tenths of a nat,
# until from 2**24 on levels share one float. The uniforms behind a draw have 23
# bits, and must be many more than the levels.
MAX_LEVELS = 2**20


def checked_num_levels(num_levels: int) -> int:
    """Returns a number of levels as an int.

    Raises:
        ValueError: If it is not an integer from 2 to `MAX_LEVELS`.
    """
    if not _is_integer(num_levels) or not 2 <= num_levels <= MAX_LEVELS:
        raise ValueError(
            "`num_levels` must be at least 2, and whole, and at most "
            f"{MAX_LEVELS}, which is what float32 tells apart. Received: "
            f"num_levels={num_levels!r}"
        )
    return int(num_levels)


def is_positive_integer(value) -> bool:
    """Returns whether it is an integer of Python or NumPy, and at least 1."""
    return _is_integer(value) and value >= 1


def checked_count(argument: str, value: int) -> int:
    """Returns a number of at least 1 as an int.

    Raises:
        ValueError: If it is not an integer of at least 1.
    """
    if not is_positive_integer(value):
        raise ValueError(
            f"`{argument}` must be at least 1, and whole. "
            f"Received: {argument}={value!r}"
        )
    return int(value)


def checked_shape(argument: str, shape) -> tuple[int, ...]:
    """Returns a shape as a tuple; an int stands for one axis.

    Raises:
        ValueError: If it is empty or an axis is not a positive integer.
    """
    axes = tuple(shape) if isinstance(shape, abc.Iterable) else (shape,)
    if not axes or not all(
        isinstance(axis, (int, np.integer)) and axis > 0 for axis in axes
    ):
        raise ValueError(
            f"`{argument}` must hold at least one axis, each a positive "
            f"integer. Received: {argument}={shape!r}"
        )
    return tuple(map(int, axes))


def plain_array(argument: str, values) -> np.ndarray:
    """Returns values as an array, of which nothing is masked.

    Raises:
        ValueError: If a value is masked, as NumPy would go on with what lies
            under the mask, or if the values form no array.
    """
    if np.ma.is_masked(values):
        raise ValueError(
            f"`{argument}` must have no masked values, as only whole examples "
            f"can be used. Received: {np.ma.count_masked(values)} of "
            f"{np.size(values)} values masked"
        )
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError) as error:
        raise ValueError(
            f"`{argument}` must be an array of numbers. Received: "
            f"{type(values).__name__}, of which NumPy says: {error}"
        ) from error


def _is_integer(value):
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)
