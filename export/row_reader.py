"""What all ways of reading rows of events from disk have in common."""

import abc

import numpy as np


class RowReader(abc.ABC):
    """Rows on disk that are read where they are asked for.

    A context manager, which closes what is open.

    Attributes:
        shape: Shape of all rows; the first axis counts them.
        dtype: Dtype of the rows.
    """

    shape: tuple
    dtype: np.dtype

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
