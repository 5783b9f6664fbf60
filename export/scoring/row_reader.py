"""The base class of the readers of rows of events from disk."""

import abc
import pathlib

import numpy as np


class RowReader(abc.ABC):
    """Rows on disk that are read where they are asked for.

    It is a context manager, which closes open files.

    Attributes:
        shape: Shape of all rows; the first axis counts them.
        dtype: Dtype of the rows.
        path: The file or folder that they are read from.
        files: All files that they are read from.
        key: Name of the rows in a file, `None` if they have none.
    """

    shape: tuple
    dtype: np.dtype
    path: pathlib.Path
    files: list[pathlib.Path]
    key: str | None = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __len__(self):
        return self.shape[0]

    @abc.abstractmethod
    def close(self) -> None:
        """Closes open files."""

    @abc.abstractmethod
    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns rows `start` to `stop`, fewer at the end."""
