"""Datasets from tables: columns of different kinds, and missing values.

Shapes: N rows, D columns.
"""

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
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.datasets.splits import SPLITS
from tf_autoregressive.datasets.splits import checked_shares
from tf_autoregressive.datasets.table import Column
from tf_autoregressive.datasets.table import Table
from tf_autoregressive.datasets.table import given_columns
from tf_autoregressive.datasets.table import naming_column
from tf_autoregressive.datasets.table_file import MISSING
from tf_autoregressive.datasets.table_file import read_table
from tf_autoregressive.suggestions import closest
from tf_autoregressive.types import Path

KINDS = ("binary", "categorical", "count", "real")
# A column of this kind is left out.
_LEFT_OUT = "none"


def from_table(
    table: Mapping[str, Any] | Path,
    *,
    validation: Mapping[str, Any] | Path | None = None,
    test: Mapping[str, Any] | Path | None = None,
    kinds: Mapping[str, str] | None = None,
    num_bins: int = 16,
    missing: Collection[str] = MISSING,
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
        table: A pandas `DataFrame`, a dict of arrays `[N]`, a CSV file in
            UTF-8 whose first line has the names, or a Parquet file, which needs
            pandas. `None`, NaN, and what pandas or NumPy masks are missing
            values.
        validation: A table of the same columns with the validation rows;
            `None` to take them from `table`.
        test: The same of the test rows.
        kinds: Dict from names of columns to "binary", "categorical", "count" or
            "real", where it is not to be found from the values, or to "none",
            which leaves the column out.
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
        ImportError: If a Parquet file is given, and pandas is not there.
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
    read = functools.partial(_columns, kinds=kinds, missing=missing)
    given = {"train": read(table)}
    for split, held_out in (("validation", validation), ("test", test)):
        if held_out is not None:
            given[split] = read(held_out, like=given["train"])
    make = functools.partial(
        _made,
        given,
        kinds=kinds,
        num_bins=_checked_bins(num_bins),
        shares=checked_shares(validation_share, test_share),
        seed=seed,
    )
    if not isinstance(table, str | os.PathLike):
        return make({"name": "table" if name is None else name} | description)
    path = pathlib.Path(table)
    description |= {"name": path.stem if name is None else name}
    with naming(path):
        return make({"source": f"the file {path.name}"} | description)


def _columns(table, *, kinds, missing, like=None):
    """Returns the columns of a table, as `given_columns` does.

    Args:
        table: As `from_table` takes it.
        kinds: The kinds of some columns.
        missing: Texts that stand for a missing value.
        like: Columns that those of a file are to be like: texts where those
            are texts.
    """
    names = None if like is None else [*like]
    if not isinstance(table, str | os.PathLike):
        return _kept(given_columns(table, names), kinds)
    path = pathlib.Path(table)
    texts = [name for name, kind in kinds.items() if kind == "categorical"]
    if like is not None:
        texts = [name for name in like if like[name][0].dtype.kind == "U"]
    with naming(path):
        columns = read_table(path, texts=texts, missing=missing)
        return _kept(given_columns(columns, names), kinds)


def _kept(given, kinds):
    """Returns the columns that are not left out."""
    _check_kinds(kinds, given)
    kept = {n: c for n, c in given.items() if kinds.get(n) != _LEFT_OUT}
    if not kept:
        raise ValueError("`kinds` must not leave out all columns.")
    return kept


def _checked_bins(num_bins):
    num_bins = checked_count("num_bins", num_bins, at_most=columns.MOST_VALUES)
    if num_bins < 2:
        raise ValueError(f"`num_bins` must be at least 2. Received: {num_bins}")
    return num_bins


def _made(tables, description, *, kinds, num_bins, shares, seed):
    """Returns the dataset of columns by split, as `given_columns` has them."""
    parts = _parts(
        {split: _num_rows(given) for split, given in tables.items()},
        shares,
        seed,
    )
    given = _joined([*tables.values()])
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


def _num_rows(given):
    _, is_missing = next(iter(given.values()))
    return len(is_missing)


def _joined(tables):
    """Returns the columns of all rows of some tables, one after another."""
    first, *others = tables
    if not others:
        return first
    return given_columns(
        {
            name: np.concatenate([_whole(*given[name]) for given in tables])
            for name in first
        }
    )


def _check_kinds(kinds, given):
    for name, kind in kinds.items():
        if name not in given:
            raise ValueError(
                f"`kinds` must name columns of the table."
                f"{closest(str(name), given)} Received: {name!r}"
            )
        if kind not in (*KINDS, _LEFT_OUT):
            raise ValueError(
                f"`kinds` must hold {', '.join(KINDS)} or {_LEFT_OUT}. "
                f"Received: {kind!r}"
            )


def _parts(sizes, shares, seed):
    """Returns a dict from splits to the numbers of their rows.

    Args:
        sizes: Numbers of rows by split, of those that are given, which lie one
            after another.
        shares: The shares of the rows for training that become the others.
        seed: Seed of their choice.
    """
    num_rows = sizes["train"]
    order = np.random.default_rng(seed).permutation(num_rows)
    counts = [
        0 if split in sizes else int(share * num_rows)
        for split, share in zip(SPLITS[1:], shares, strict=True)
    ]
    validation, test, train = np.split(order, np.cumsum(counts))
    parts = dict(zip(SPLITS, (train, validation, test), strict=True))
    for split in SPLITS[1:]:
        if split in sizes:
            parts[split] = np.arange(num_rows, num_rows + sizes[split])
            num_rows += sizes[split]
    return parts


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
