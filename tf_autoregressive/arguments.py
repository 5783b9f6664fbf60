"""Checks on arguments that several parts of the library take."""

import numbers
from collections import abc

import numpy as np

from tf_autoregressive.types import Array

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
    if not is_integer(num_levels) or not 2 <= num_levels <= MAX_LEVELS:
        raise ValueError(
            f"`num_levels` must be an integer of at least 2 and at most "
            f"{MAX_LEVELS}, which is what float32 tells apart. Received: "
            f"num_levels={num_levels!r}"
        )
    return int(num_levels)


def is_integer(value: object) -> bool:
    """Returns whether it is an integer of Python or NumPy; a bool is not."""
    return isinstance(value, numbers.Integral) and not isinstance(value, bool)


def checked_count(
    argument: str, value: int, at_least: int = 1, at_most: int | None = None
) -> int:
    """Returns a number of things as an int.

    Raises:
        ValueError: If it is not an integer, less than `at_least` or more than
            `at_most`.
    """
    too_large = at_most is not None and is_integer(value) and value > at_most
    if not is_integer(value) or value < at_least or too_large:
        limit = "" if at_most is None else f" and at most {at_most}"
        raise ValueError(
            f"`{argument}` must be an integer of at least {at_least}{limit}. "
            f"Received: {argument}={value!r}"
        )
    return int(value)


def checked_counts(
    argument: str,
    values: int | abc.Iterable[int],
    *,
    length: int | None = None,
    may_be_empty: bool = False,
) -> tuple[int, ...]:
    """Returns numbers of things, or the sides of a shape, as a tuple.

    Args:
        argument: Name of the argument.
        values: The numbers; an int stands for a single one.
        length: The number that there must be, `None` for any.
        may_be_empty: Whether there may be none.

    Raises:
        ValueError: If there are too few or too many, or one is not an integer
            of at least 1.
    """
    if isinstance(values, abc.Iterable) and not isinstance(values, str):
        found = tuple(values)
    else:
        found = (values,)
    fits = length in (None, len(found)) and (found or may_be_empty)
    if not fits or not all(is_integer(v) and v >= 1 for v in found):
        number = "any number of" if may_be_empty else "one or more"
        raise ValueError(
            f"`{argument}` must hold {length or number} integers of at least "
            f"1. Received: {argument}={values!r}"
        )
    return tuple(map(int, found))


def checked_odd(argument: str, size: int, at_least: int = 1) -> int:
    """Returns the size of a window that has a middle, as an int.

    Raises:
        ValueError: If it is not an odd integer, or less than `at_least`.
    """
    if not is_integer(size) or size < at_least or size % 2 == 0:
        raise ValueError(
            f"`{argument}` must be an odd integer of at least {at_least}. "
            f"Received: {argument}={size!r}"
        )
    return int(size)


def checked_rate(argument: str, rate: float) -> float:
    """Returns the share of units that dropout sets to zero.

    Raises:
        ValueError: If it is not a number from 0 up to, but not including, 1.
    """
    is_number = isinstance(rate, numbers.Real) and not isinstance(rate, bool)
    if not is_number or not 0 <= rate < 1:
        raise ValueError(
            f"`{argument}` must be a number of at least 0 and below 1. "
            f"Received: {argument}={rate!r}"
        )
    return float(rate)


def plain_array(argument: str, values: Array) -> np.ndarray:
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
