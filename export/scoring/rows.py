"""Rows of an array on disk, a piece at a time."""

import contextlib
import math
import pathlib

import numpy as np

from tf_autoregressive.datasets.array_files import ArrayArchive
from tf_autoregressive.datasets.array_files import read_header
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import check_memory
from tf_autoregressive.datasets.reading import reading

from .row_reader import RowReader


class Rows(RowReader):
    """The rows of an array in an `.npz` or `.npy` file, read where asked for.

    Only the rows that are read take memory, however large the file is.

    Args:
        path: The file.
        key: Name of the array in an `.npz` file.

    Attributes:
        shape: Shape of the array.
        dtype: Its dtype.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is damaged or has no such array, or one without
            rows, of other things than numbers, or in Fortran order.
    """

    def __init__(self, path: str | pathlib.Path, key: str) -> None:
        self.path = pathlib.Path(path)
        self.files = [self.path]
        self.key = key
        with contextlib.ExitStack() as files:
            self._file, header = self._opened(key, files)
            self._check(key, header)
            self.shape, self.dtype = header.shape, header.dtype
            self._start = self._file.tell()
            self._files = files.pop_all()

    def close(self) -> None:
        """Closes the file."""
        self._files.close()

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns rows `start` to `stop`, fewer at the end of the array.

        Raises:
            ValueError: If the file is damaged, or the rows would take more
                memory than a file of its size may.
        """
        stop = min(stop, len(self))
        shape = (stop - start, *self.shape[1:])
        row_bytes = self.dtype.itemsize * math.prod(self.shape[1:])
        check_memory(self.path, (stop - start) * row_bytes)
        with reading(self.path, f"a file with whole rows up to {stop}"):
            self._file.seek(self._start + start * row_bytes)
            data = self._file.read((stop - start) * row_bytes)
            return np.frombuffer(data, self.dtype).reshape(shape)

    def _opened(self, key, files):
        """Returns the open file, at its first value, and its header."""
        if self.path.suffix.lower() == ".npz":
            archive = files.enter_context(ArrayArchive(self.path))
            return files.enter_context(archive.open(key))
        with reading(self.path, "an array as numpy.save writes it"):
            file = files.enter_context(self.path.open("rb"))
        return file, read_header(file, self.path.stat().st_size, self.path)

    def _check(self, key, header):
        if header.is_fortran or not header.shape:
            order = "Fortran" if header.is_fortran else "C"
            raise FileError(
                f"{self.path}: `{key}` must be an array with rows, in C order."
                f" Received: shape {header.shape}, in {order} order"
            )
