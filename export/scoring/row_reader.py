"""What all ways of reading rows of events from disk have in common."""

import abc
import pathlib

import numpy as np


class RowReader(abc.ABC):
    """Rows on disk that are read where they are asked for.

    A context manager, which closes what is open.

    Attributes:
        shape: Shape of all rows; the first axis counts them.
        dtype: Dtype of the rows.
        path: The file or folder that they are read from.
        files: All files that they are read from.
        key: Their name in a file, `None` where they have none.
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
    def close(self):
        """Closes what is open."""

    @abc.abstractmethod
    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns rows `start` to `stop`, fewer at the end."""
