"""The rows of a table in a file, as events."""

import pathlib
from typing import Any

import numpy as np

from .row_reader import RowReader


class TableRows(RowReader):
    """Rows of a CSV or Parquet file, encoded and held in memory.

    Args:
        path: The file.
        table: The `Table` of the rows that the model was trained on.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If a Parquet file is given, and pandas is not there.
        ValueError: If it is no table, lacks a column, or has values that do
            not fit.
    """

    def __init__(self, path: str | pathlib.Path, table: Any) -> None:
        self.path = pathlib.Path(path)
        self.files = [self.path]
        rows = table.read(path)
        try:
            self._events = table.encode(rows)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error
        self.shape, self.dtype = self._events.shape, self._events.dtype

    def close(self) -> None:
        """Does nothing, since the file is closed already."""

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns rows `start` to `stop`, fewer at the end."""
        return self._events[start:stop]
