"""Rows of a table, as CSV files with the names of the columns."""

import pathlib
from typing import Any

import numpy as np

from ..errors import usage_errors
from ..files import replacing
from .medium import Medium

_NUM_ROWS = 64


class TableRows(Medium):
    """Rows of a table, whose columns have names and kinds."""

    name = "tables"
    sample_suffixes = (".csv", ".npz")
    completion_suffixes = (".csv", ".npz")

    def fill(self, rows: pathlib.Path, path: pathlib.Path, seed: int) -> None:
        with usage_errors():
            given = self.table.read(rows)
        with usage_errors(f"{rows}: "):
            filled = self.table.fill(self.model, given, seed=seed)
        with replacing(path) as temporary:
            _write(temporary, filled)

    def save_draws(self, directory: Any, data: Any, seed: int) -> None:
        """Saves a few rows."""
        self.save_samples(directory.rows, self._few(_NUM_ROWS, data, seed))

    def _write_samples(self, path, samples):
        _write(path, self.table.decode(samples))

    def _write_completions(self, path, originals, known, completed):
        """Writes every row as completion 0, and after it the model's."""
        each = np.concatenate([originals[:, None], completed], axis=1)
        num, several, size = each.shape
        of_row = {
            "row": np.repeat(np.arange(num), several),
            "completion": np.tile(np.arange(several), num),
        }
        _write(path, of_row | self.table.decode(each.reshape(-1, size)))


def _write(path, columns):
    # This is imported late, because it imports TensorFlow.
    from tf_autoregressive.datasets.table_file import write_table

    write_table(path, columns)
