"""The columns of a table: kinds of values, as numbers from 0 on.

Shapes: N rows.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_autoregressive.suggestions import closest

# Values of a column. One more stands for a missing value, and bytes hold all.
MOST_VALUES = 255


class TooManyValuesError(ValueError):
    """A column has more values than a model can have levels for."""


@dataclasses.dataclass(frozen=True)
class Categories:
    """A vocabulary: values without an order, bits among them.

    Args:
        vocabulary: The values, sorted.
    """

    vocabulary: np.ndarray

    @property
    def kind(self) -> str:
        """The kind as `from_table` names it."""
        return "binary" if len(self.vocabulary) == 2 else "categorical"

    @property
    def are_texts(self) -> bool:
        """Whether the values are texts."""
        return self.vocabulary.dtype.kind == "U"

    def get_config(self) -> dict[str, Any]:
        """Returns them as values that JSON can hold."""
        return {"vocabulary": self.vocabulary.tolist()}

    @property
    def num_values(self) -> int:
        """Number of values."""
        return len(self.vocabulary)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Returns the numbers `[N]` of values that are not missing.

        Raises:
            ValueError: If a value is not in the vocabulary.
        """
        numbers = {value: k for k, value in enumerate(self.vocabulary.tolist())}
        for value in values.tolist():
            if value not in numbers:
                near = closest(str(value), map(str, numbers))
                raise ValueError(
                    f"must hold values that it had when the table was made."
                    f"{near} Received: {value!r}"
                )
        return np.array([numbers[value] for value in values.tolist()], int)

    def decode(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the values of numbers `[N]`."""
        return self.vocabulary[numbers]


@dataclasses.dataclass(frozen=True)
class Counts:
    """All integers from one to another, in their order.

    Args:
        low: The lowest.
        high: The highest.
    """

    low: int
    high: int
    kind = "count"
    are_texts = False

    def get_config(self) -> dict[str, Any]:
        """Returns them as values that JSON can hold."""
        return {"low": self.low, "high": self.high}

    @property
    def num_values(self) -> int:
        """Number of values."""
        return self.high - self.low + 1

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Returns the numbers `[N]` of values that are not missing.

        Raises:
            ValueError: If a value is not an integer from `low` to `high`.
        """
        values = _finite(values)
        valid = (values >= self.low) & (values <= self.high)
        valid &= values == np.rint(values)
        if not valid.all():
            raise ValueError(
                f"must hold integers from {self.low} to {self.high}. "
                f"Received: {values[~valid][0]:g}"
            )
        return values.astype(int) - self.low

    def decode(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the values of numbers `[N]`."""
        return numbers + self.low


@dataclasses.dataclass(frozen=True)
class Quantiles:
    """Real numbers, in bins that hold about equally many training examples.

    A bin holds the numbers from an edge up to, and without, the next one; the
    first and the last have no end. Its value is the median of its training
    examples, so decoding is exact up to the width of a bin.

    Args:
        edges: The edges between bins, increasing.
        medians: Value of each bin, one more than edges.
    """

    edges: np.ndarray
    medians: np.ndarray
    kind = "real"
    are_texts = False

    def get_config(self) -> dict[str, Any]:
        """Returns them as values that JSON can hold."""
        return {"edges": self.edges.tolist(), "medians": self.medians.tolist()}

    @property
    def num_values(self) -> int:
        """Number of bins."""
        return len(self.medians)

    def encode(self, values: np.ndarray) -> np.ndarray:
        """Returns the bins `[N]` of values that are not missing.

        Raises:
            ValueError: If a value is not a finite number.
        """
        return np.searchsorted(self.edges, _finite(values), side="right")

    def decode(self, numbers: np.ndarray) -> np.ndarray:
        """Returns the values of bins `[N]`."""
        return self.medians[numbers]


Values = Categories | Counts | Quantiles


def values_from_config(config: Mapping[str, Any]) -> Values:
    """Returns the values that `get_config` described.

    Raises:
        KeyError: If a part is missing.
        ValueError: If there are no values.
    """
    if "vocabulary" in config:
        vocabulary = np.array(config["vocabulary"])
        if not vocabulary.size or vocabulary.ndim > 1:
            raise ValueError(f"must hold values. Received: {vocabulary!r:.50}")
        return Categories(vocabulary)
    if "low" in config:
        low, high = int(config["low"]), int(config["high"])
        if low > high:
            raise ValueError(f"must hold values. Received: {low} to {high}")
        return Counts(low, high)
    edges = np.array(config["edges"], "float64")
    medians = np.array(config["medians"], "float64")
    if edges.shape != (len(medians) - 1,):
        raise ValueError(
            f"must have an edge between two bins. Received: {len(edges)} edges "
            f"of {len(medians)} bins"
        )
    return Quantiles(edges, medians)


def categories(values: np.ndarray) -> Categories:
    """Returns the vocabulary of values that are not missing.

    Raises:
        TooManyValuesError: If there are more than `MOST_VALUES`.
    """
    vocabulary = np.array(sorted(set(values.tolist())))
    if len(vocabulary) > MOST_VALUES:
        raise TooManyValuesError(
            f"must hold at most {MOST_VALUES} values: join rare ones, "
            f"or leave it out. Received: {len(vocabulary)}"
        )
    return Categories(vocabulary)


def counts(values: np.ndarray) -> Counts:
    """Returns the integers from the lowest value to the highest.

    Raises:
        ValueError: If a value is not an integer, or there are more than
            `MOST_VALUES`.
    """
    values = _finite(values)
    low, high = values.min(), values.max()
    if not are_counts(values):
        raise ValueError(
            f"must hold integers, {MOST_VALUES} at most from the lowest to the "
            f"highest. Received: values from {low:g} to {high:g}"
        )
    return Counts(int(low), int(high))


def are_counts(values: np.ndarray) -> bool:
    """Returns whether finite numbers can be `Counts`."""
    # Differences of bytes would overflow, and larger integers be rounded.
    values = np.asarray(values, "float64")
    if np.abs(values).max() >= 2**53:
        return False
    is_whole = np.array_equal(values, np.rint(values))
    return is_whole and values.max() - values.min() < MOST_VALUES


def quantiles(training: np.ndarray, num_bins: int) -> Quantiles:
    """Returns bins of about equally many training examples, `num_bins` at most.

    Where one value is more frequent than a bin there are fewer.

    Raises:
        ValueError: If a value is not a finite number.
    """
    training = np.sort(_finite(training))
    # An edge is a value of an example, so that no bin is empty.
    places = np.arange(1, num_bins) * len(training) // num_bins
    edges = np.unique(training[places])
    edges = edges[edges > training[0]]
    bins = np.split(training, np.searchsorted(training, edges))
    return Quantiles(edges, np.array([_median(values) for values in bins]))


def _median(values):
    """Returns the lower median, which is a value of the column itself."""
    return values[(len(values) - 1) // 2]


def _finite(values: Any) -> np.ndarray:
    """Returns values as float64, all of them finite."""
    try:
        numbers = np.asarray(values, "float64")
    except (TypeError, ValueError) as error:
        raise ValueError(f"must hold numbers. Received: {error}") from error
    if not np.isfinite(numbers).all():
        raise ValueError(
            "must hold finite numbers. Received: "
            f"{numbers[~np.isfinite(numbers)][0]}"
        )
    return numbers
