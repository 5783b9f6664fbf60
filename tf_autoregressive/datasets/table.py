"""Rows of a table as events, and events as rows.

Shapes: N rows, D columns, K levels.
"""

import contextlib
import dataclasses
import numbers
import pathlib
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from tf_autoregressive.datasets.columns import Values
from tf_autoregressive.datasets.columns import values_from_config
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.datasets.table_file import read_table
from tf_autoregressive.distributions import ColumnsOutput
from tf_autoregressive.types import Array
from tf_autoregressive.types import Path
from tf_autoregressive.types import Seed


@dataclasses.dataclass(frozen=True)
class Column:
    """A column of a table.

    Args:
        name: Its name.
        values: The values that it can have, by their kind.
        has_missing: Whether a value can be missing, which then is a value of
            its own.
    """

    name: str
    values: Values
    has_missing: bool

    @property
    def num_numbers(self) -> int:
        """Number of values, with the one for a missing value."""
        return self.values.num_values + self.has_missing

    def get_config(self) -> dict[str, Any]:
        """Returns the column as values that JSON can hold."""
        return {
            "name": self.name,
            "values": self.values.get_config(),
            "has_missing": self.has_missing,
        }

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Column":
        """Returns the column that `get_config` described."""
        values = values_from_config(config["values"])
        return cls(str(config["name"]), values, bool(config["has_missing"]))


class Table:
    """Rows as events `[D]` of integers, a dimension for each column.

    The levels of a column lie as far apart as `K` allows, from 0 to `K - 1`:
    a bit is 0 or `K - 1`. So every column has the whole scale [-1, 1] of a
    network. The last level of a column is that of a missing value, if it can
    have one.

    `from_table` makes one, and `info.table` holds it.

    Args:
        columns: The columns, at least one.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = tuple(columns)
        self.num_levels = max(2, *(c.num_numbers for c in self.columns))
        self._levels = [
            _spread(column.num_numbers, self.num_levels)
            for column in self.columns
        ]

    def get_config(self) -> dict[str, Any]:
        """Returns the table as values that JSON can hold."""
        return {"columns": [column.get_config() for column in self.columns]}

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> "Table":
        """Returns the table that `get_config` described.

        Raises:
            KeyError: If a part of it is missing.
            TypeError: If a part of it is something else.
            ValueError: If a column has no values.
        """
        return cls([Column.from_config(each) for each in config["columns"]])

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def output(self, *, missing: bool = True) -> ColumnsOutput:
        """Returns the `distribution` of models of the rows.

        Args:
            missing: Whether values can be missing, in columns where some are.
        """
        counts = [
            column.num_numbers if missing else column.values.num_values
            for column in self.columns
        ]
        levels = [
            of_column[:count].tolist()
            for of_column, count in zip(self._levels, counts, strict=True)
        ]
        return ColumnsOutput(levels, self.num_levels)

    def read(self, path: Path) -> Mapping[str, Any]:
        """Returns the rows of a file, as `encode` takes them.

        Args:
            path: A CSV file or a Parquet file, as `from_table` takes them. A
                column that holds texts here is read as texts.

        Raises:
            FileNotFoundError: If there is no such file.
            ImportError: If a Parquet file is given, and pandas is not there.
            ValueError: If it is no table, or lacks a column.
        """
        texts = [c.name for c in self.columns if c.values.are_texts]
        with naming(path):
            rows = read_table(pathlib.Path(path), texts=texts)
            given_columns(rows, self.names)
        return rows

    def encode(self, rows: Mapping[str, Any]) -> np.ndarray:
        """Returns rows as events, uint8 `[N, D]`.

        Args:
            rows: From the names of all columns to their values `[N]`: a dict of
                arrays, or a pandas `DataFrame`. Other columns are ignored.

        Raises:
            ValueError: If a column is not there, has a value that it cannot
                have, or one is missing where none was in the table.
        """
        events, known = self._encoded(rows)
        for dim, column in enumerate(self.columns):
            if not column.has_missing and not known[:, dim].all():
                raise ValueError(
                    f"Column {column.name!r} must have a value in every row: "
                    "none was missing when the table was made. Received: "
                    f"none in row {np.argmin(known[:, dim])}"
                )
        return events

    def known(self, rows: Mapping[str, Any]) -> np.ndarray:
        """Returns whether values of rows are not missing, bool `[N, D]`."""
        return self._encoded(rows)[1]

    def _encoded(self, rows):
        """Returns events, and where their values are known."""
        given = given_columns(rows, self.names)
        events, known = [], []
        for column, levels in zip(self.columns, self._levels, strict=True):
            values, missing = given[column.name]
            found = np.full(len(missing), column.num_numbers - 1)
            with naming_column(column.name):
                found[~missing] = column.values.encode(values)
            events.append(levels[found])
            known.append(~missing)
        return np.stack(events, 1).astype("uint8"), np.stack(known, 1)

    def decode(self, events: Array) -> dict[str, np.ndarray]:
        """Returns events `[N, D]` as a dict of columns, arrays `[N]`.

        It gives back what `encode` was given, but real numbers: those become
        the median of their bin. Numbers of a column that can miss values are
        floats, and NaN where they are missing; texts are objects, or `None`.

        Raises:
            ValueError: If an event holds a level that its column does not have.
        """
        events = np.asarray(events)
        if events.ndim != 2 or events.shape[1] != len(self.columns):
            raise ValueError(
                f"`events` must have shape [N, {len(self.columns)}]. Received: "
                f"shape={events.shape}"
            )
        return {
            column.name: _decoded(column, levels, events[:, dim])
            for dim, (column, levels) in enumerate(
                zip(self.columns, self._levels, strict=True)
            )
        }

    def without_missing(self, model: Any) -> Any:
        """Returns a copy of a model whose draws have no missing values.

        `fill` draws from it. Whoever fills rows more than once can give it to
        `fill` in the place of the model, so that its graphs are made once.

        Args:
            model: A model of rows, with `info.columns` as its distribution;
                returned as it is if it draws no missing values.
        """
        output = self.output(missing=False)
        if model.output_distribution.levels == output.levels:
            return model
        copy = type(model).from_config(
            model.get_config() | {"distribution": output}
        )
        copy.set_weights(model.get_weights())
        return copy

    def fill(
        self,
        model: Any,
        rows: Mapping[str, Any],
        *,
        seed: Seed = None,
        **options: Any,
    ) -> dict[str, np.ndarray]:
        """Returns rows in which a model has drawn what was missing.

        A value is drawn from the conditional distribution of the model over all
        values of its column but the missing one. It is conditioned on all that
        is known by models of any order, such as `DeepNADE`, and on what comes
        earlier in its order by others. Values that are known stay as they are.

        Args:
            model: A model of rows, with `info.columns` as its distribution and
                without a context.
            rows: As `encode` takes them; any column may miss values.
            seed: As `complete` of the model takes it.
            **options: Sampling options, as `complete` takes them.

        Raises:
            ValueError: As `encode` does.
        """
        filler = self.without_missing(model)
        events, known = self._encoded(rows)
        completed = filler.complete(events, known, seed=seed, **options)
        drawn = self.decode(completed)
        given = given_columns(rows, self.names)
        for name, (values, missing) in given.items():
            drawn[name] = _with_known(drawn[name], values, ~missing)
        return drawn


def _spread(count, num_levels):
    """Returns `count` levels from 0 to `num_levels - 1`, equally far apart."""
    if count == 1:
        return np.zeros(1, int)
    return np.floor(np.linspace(0, num_levels - 1, count) + 0.5).astype(int)


def _decoded(column, levels, of_events):
    """Returns the values of a column."""
    found = np.searchsorted(levels, of_events)
    found = np.minimum(found, len(levels) - 1)
    wrong = levels[found] != of_events
    if wrong.any():
        raise ValueError(
            f"Column {column.name!r} has the levels {levels.tolist()}. "
            f"Received: {of_events[wrong][0]}"
        )
    missing = found >= column.values.num_values
    values = column.values.decode(np.where(missing, 0, found))
    if not column.has_missing:
        return values
    is_number = values.dtype.kind in "iuf"
    values = values.astype("float64" if is_number else object)
    values[missing] = np.nan if is_number else None
    return values


def _with_known(drawn, values, known):
    """Returns drawn values with those that are known in their places."""
    if not known.any():
        return drawn
    # The texts may be longer than those that were drawn.
    dtype = np.result_type(drawn, values) if drawn.dtype != object else object
    whole = drawn.astype(dtype)
    whole[known] = values
    return whole


@contextlib.contextmanager
def naming_column(name: str) -> Iterator[None]:
    """Puts the name of a column before the message of a `ValueError`."""
    try:
        yield
    except ValueError as error:
        raise ValueError(f"Column {name!r} {error}") from error


def given_columns(
    rows: Mapping[str, Any], names: Sequence[str] | None = None
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Returns, by name, the values that are there, and bool `[N]`: which miss.

    Args:
        rows: As `Table.encode` takes them.
        names: The columns to return; `None` for all.

    Raises:
        ValueError: If a column is not there, or they are not of equal lengths.
    """
    columns = dict(rows.items())
    for name in names or ():
        if name not in columns:
            raise ValueError(
                f"`rows` must have a column {name!r}. Received: "
                f"{', '.join(map(str, columns))}"
            )
    names = [*columns] if names is None else names
    given = {str(name): _present(str(name), columns[name]) for name in names}
    lengths = {name: len(missing) for name, (_, missing) in given.items()}
    if not lengths or len(set(lengths.values())) > 1 or 0 in lengths.values():
        raise ValueError(
            "A table must have one column or more, all of one length of at "
            f"least 1. Received: {lengths}"
        )
    return given


def _present(name, column):
    """Returns the values of a column that are there, and which miss."""
    # NumPy would make texts of the numbers among them.
    is_list = isinstance(column, list | tuple)
    values = np.asarray(column, object if is_list else None)
    if values.ndim != 1 or values.dtype.kind not in "biufUO":
        raise ValueError(
            f"Column {name!r} must be a vector of numbers or texts. Received: "
            f"shape={values.shape}, dtype={values.dtype}"
        )
    missing = _missing(column, values)
    values = values[~missing]
    if values.dtype.kind == "O":
        values = _of_one_type(name, values.tolist())
    # A column with missing values is decoded to float64, NaN among them, and
    # what it then holds has to be a value of the column.
    rounds = values.dtype.kind in "iu" and not _are_exact(values)
    if missing.any() and rounds:
        values = values.astype("float64")
    return values, missing


def _are_exact(integers):
    """Returns whether float64 holds all of the integers."""
    return ((integers >= -(2**53)) & (integers <= 2**53)).all()


def _missing(column, values):
    """Returns bool `[N]`: where there is no value."""
    if hasattr(column, "isna"):
        return np.asarray(column.isna(), bool)
    missing = np.ma.getmaskarray(column).copy()
    if values.dtype.kind == "f":
        missing |= np.isnan(values)
    if values.dtype.kind == "O":
        # NaN alone differs from itself.
        is_nothing = [value is None or value != value for value in values]
        missing |= np.array(is_nothing, bool)
    return missing


def _of_one_type(name, values):
    is_text = {isinstance(value, str) for value in values}
    is_number = all(isinstance(value, numbers.Real) for value in values)
    if is_text == {True} or is_number:
        return np.array(values)
    raise ValueError(
        f"Column {name!r} must hold texts or numbers, not both. Received: "
        f"{values[:3]}"
    )
