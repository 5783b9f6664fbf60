"""Rows of an array on disk, a piece at a time."""

import contextlib
import pathlib
import zipfile

import numpy as np

from .row_reader import RowReader


class Rows(RowReader):
    """The rows of an array in an `.npz` or `.npy` file, read where asked for.

    Only what is read takes memory, however large the file is.

    Args:
        path: The file.
        key: Name of the array in an `.npz` file.

    Attributes:
        shape: Shape of the array.
        dtype: Its dtype.

    Raises:
        ValueError: If the file has no such array, or one without rows, of
            objects, or in Fortran order.
        OSError: If the file cannot be read.
    """

    def __init__(self, path: str | pathlib.Path, key: str):
        self.path = pathlib.Path(path)
        self.files = [self.path]
        self.key = key
        with contextlib.ExitStack() as files:
            self._file = files.enter_context(self._opened(key, files))
            self.shape, is_fortran, self.dtype = _header(self._file)
            self._start = self._file.tell()
            if is_fortran or self.dtype.hasobject or not self.shape:
                raise ValueError(
                    f"{path}: `{key}` must be an array of numbers with rows, "
                    f"in C order. Received: shape {self.shape}, dtype "
                    f"{self.dtype}"
                )
            self._files = files.pop_all()

    def close(self):
        """Closes the file."""
        self._files.close()

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns rows `start` to `stop`, fewer at the end of the array.

        Raises:
            ValueError: If the file is cut off.
        """
        stop = min(stop, len(self))
        shape = (stop - start, *self.shape[1:])
        row_bytes = self.dtype.itemsize * int(np.prod(self.shape[1:]))
        self._file.seek(self._start + start * row_bytes)
        data = self._file.read((stop - start) * row_bytes)
        if len(data) < (stop - start) * row_bytes:
            raise ValueError(f"{self.path} is cut off before row {stop}.")
        return np.frombuffer(data, self.dtype).reshape(shape)

    def _opened(self, key, files):
        if self.path.suffix != ".npz":
            return self.path.open("rb")
        try:
            archive = files.enter_context(zipfile.ZipFile(self.path))
            return archive.open(f"{key}.npy")
        except zipfile.BadZipFile as error:
            raise ValueError(f"{self.path}: {error}") from error
        except KeyError as error:
            names = [name.removesuffix(".npy") for name in archive.namelist()]
            raise ValueError(
                f"{self.path} has no array `{key}`, but {', '.join(names)}."
            ) from error


def _header(file):
    """Returns shape, whether in Fortran order, and dtype."""
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(file)
    return np.lib.format.read_array_header_2_0(file)
