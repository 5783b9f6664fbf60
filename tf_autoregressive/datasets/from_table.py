"""Datasets from tables: columns of different kinds, and missing values.

Shapes: N rows, D columns.
"""

import csv
import functools
import os
import pathlib
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.datasets import columns
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.datasets.reading import reading
from tf_autoregressive.datasets.splits import SPLITS
from tf_autoregressive.datasets.splits import checked_shares
from tf_autoregressive.datasets.table import Column
from tf_autoregressive.datasets.table import Table
from tf_autoregressive.datasets.table import given_columns
from tf_autoregressive.datasets.table import naming_column
from tf_autoregressive.suggestions import closest
from tf_autoregressive.types import Path

KINDS = ("binary", "categorical", "count", "real")
# Texts of a CSV file that stand for no value.
_MISSING = ("", "?", "NA", "NaN", "nan", "null")


def from_table(
    table: Mapping[str, Any] | Path,
    *,
    kinds: Mapping[str, str] | None = None,
    num_bins: int = 16,
    missing: Collection[str] = _MISSING,
    validation_share: float = 0.1,
    test_share: float = 0.1,
    seed: int = 0,
    name: str | None = None,
    **description: Any,
) -> Dataset:
    """Makes a dataset of the rows of a table.

    An event has a dimension for each column. All columns become levels, so
    that a row has a probability, whatever its kinds:

    - "binary" and "categorical": texts, truth values, or numbers of which there
      are two. Each is a level, in sorted order;
    - "count": integers, not more than 255 from the lowest to the highest. Each
      is a level;
    - "real": other numbers. A level is a bin between two quantiles of the
      training split: a transformation of the column changes nothing, and an
      outlier has no weight. `log p` is that of the bins;
    - a missing value is one more level of its column.

    Rows are shuffled and split by the seed. Nothing about how often values
    occur is learned from validation or test rows: they have no part in the
    quantiles. Which values a column can have at all is read from all rows.

    Args:
        table: A pandas `DataFrame`, a dict of arrays `[N]`, or a CSV file in
            UTF-8 whose first line has the names. `None`, NaN, and what pandas
            or NumPy masks are missing values.
        kinds: Dict from names of columns to "binary", "categorical", "count" or
            "real", where it is not to be found from the values.
        num_bins: Most bins of a real column, from 2 to 255.
        missing: Texts of a CSV file that stand for a missing value.
        validation_share: Share of the rows in the validation split.
        test_share: Share of the rows in the test split.
        seed: Seed of the order of the rows.
        name: Name of the dataset in its `info`; that of the file, or "table".
        **description: More fields of `DatasetInfo`: `source`, `licence`,
            `notes`.

    Returns:
        A `Dataset` of uint8 rows `[D]`. `info.columns` is the `distribution` of
        models of it, and `info.table` a `Table`, which encodes and decodes
        rows.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the table has no row in a split, columns of different
            lengths, or values that do not fit their kind.

    Example:
        >>> import numpy as np
        >>> rows = {"tall": np.arange(20) > 9, "legs": np.arange(20) % 3 + 2}
        >>> data = from_table(rows)
        >>> data.info.event_shape, data.info.split_sizes["train"]
        ((2,), 16)
        >>> [column.values.kind for column in data.info.table.columns]
        ['binary', 'count']
    """
    kinds = dict(kinds or {})
    description = {"name": "table" if name is None else name} | description
    make = functools.partial(
        _made,
        kinds=kinds,
        num_bins=_checked_bins(num_bins),
        shares=checked_shares(validation_share, test_share),
        seed=seed,
    )
    if not isinstance(table, str | os.PathLike):
        return make(given_columns(table), description)
    path = pathlib.Path(table)
    description |= {"name": path.stem if name is None else name}
    description = {"source": f"the file {path.name}"} | description
    with naming(path):
        given = given_columns(_read(path, kinds, missing))
        return make(given, description)


def _checked_bins(num_bins):
    num_bins = checked_count("num_bins", num_bins, at_most=columns.MOST_VALUES)
    if num_bins < 2:
        raise ValueError(f"`num_bins` must be at least 2. Received: {num_bins}")
    return num_bins


def _made(given, description, *, kinds, num_bins, shares, seed):
    """Returns the dataset of columns, as `given_columns` returns them."""
    _check_kinds(kinds, given)
    _, is_missing = next(iter(given.values()))
    parts = _parts(len(is_missing), shares, seed)
    table = Table(
        [
            _column(name, *column, kinds.get(name), num_bins, parts["train"])
            for name, column in given.items()
        ]
    )
    events = table.encode({name: _whole(*given[name]) for name in given})
    return from_arrays(
        **{split: events[rows] for split, rows in parts.items() if len(rows)},
        num_levels=table.num_levels,
        columns=table.output(),
        table=table,
        **description,
    )


def _check_kinds(kinds, given):
    for name, kind in kinds.items():
        if name not in given:
            raise ValueError(
                f"`kinds` must name columns of the table."
                f"{closest(str(name), given)} Received: {name!r}"
            )
        if kind not in KINDS:
            raise ValueError(
                f"`kinds` must hold {', '.join(KINDS)}. Received: {kind!r}"
            )


def _parts(num_rows, shares, seed):
    """Returns a dict from splits to the numbers of their rows."""
    order = np.random.default_rng(seed).permutation(num_rows)
    sizes = [int(share * num_rows) for share in shares]
    validation, test, train = np.split(order, np.cumsum(sizes))
    return dict(zip(SPLITS, (train, validation, test), strict=True))


def _column(name, values, is_missing, kind, num_bins, train):
    """Returns a `Column` of values `[n]` and bool `[N]`, which rows miss it."""
    is_training = np.zeros(len(is_missing), bool)
    is_training[train] = True
    training = values[is_training[~is_missing]]
    with naming_column(name):
        if not len(training):
            raise ValueError("must have a value in a row of the training split")
        found = _values(values, training, kind, num_bins)
    return Column(name, found, bool(is_missing.any()))


def _values(values, training, kind, num_bins):
    """Returns the values that a column can have."""
    if kind is None:
        kind = _kind(values)
    if kind == "real":
        return columns.quantiles(training, num_bins)
    if kind == "count":
        return columns.counts(values)
    found = columns.categories(values)
    if kind == "binary" and found.num_values > 2:
        raise ValueError(
            f"must hold two values. Received: {found.vocabulary[:3]}"
        )
    return found


def _kind(values):
    """Returns the kind of values that are not missing."""
    if values.dtype.kind in "bU":
        return "categorical"
    if len(np.unique(values)) <= 2:
        return "binary"
    return "count" if columns.are_counts(values) else "real"


def _whole(values, is_missing):
    """Returns values `[N]`, objects, with `None` where they are missing."""
    whole = np.full(len(is_missing), None, object)
    whole[~is_missing] = values.tolist()
    return whole


def _read(path, kinds, missing):
    """Returns the columns of a CSV file by their names."""
    with (
        reading(path, "a CSV file in UTF-8"),
        open(path, encoding="utf-8-sig", newline="") as file,
    ):
        names, *rows = csv.reader(file, strict=True)
    rows = [row for row in rows if row]
    _check_rows(path, names, rows)
    by_column = zip(*rows, strict=True)
    return {
        name: _typed([text.strip() for text in texts], missing, kinds.get(name))
        for name, texts in zip(names, by_column, strict=True)
    }


def _check_rows(path, names, rows):
    if not rows or not names or len(set(names)) < len(names):
        raise FileError(
            f"{path} must have a line of different names, and rows. Received: "
            f"the names {names}, and {len(rows)} rows"
        )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise FileError(
                f"{path} must have {len(names)} values in every row. Received: "
                f"{len(row)} in row {number}"
            )


def _typed(texts, missing, kind):
    """Returns the values of a column of a file, `None` where they miss.

    A column is one of numbers if all its texts are, and it is not said to be
    categorical: the zeros before a postal code then stay.
    """
    is_missing = np.array([text in missing for text in texts])
    present = [text for text in texts if text not in missing]
    values = np.array(present, object)
    if kind != "categorical":
        for dtype in ("int64", "float64"):
            try:
                values = np.array(present, dtype).astype(object)
            except (ValueError, OverflowError):
                continue
            break
    whole = np.full(len(texts), None, object)
    whole[~is_missing] = values
    return whole
