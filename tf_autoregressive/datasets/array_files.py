"""Arrays in `.npy` and `.npz` files, checked before they take memory."""

import contextlib
import io
import math
import typing
import zipfile
from collections.abc import Iterator
from typing import Any

import numpy as np

from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import check_memory
from tf_autoregressive.datasets.reading import reading
from tf_autoregressive.types import Path

_NPZ = (
    "an .npz file of plain arrays, as numpy.savez and numpy.savez_compressed "
    "write it"
)
# Bytes that a dataset takes for a value beside the stored ones, at most: four,
# twice while TensorFlow makes a copy of them, and some to spare.
BYTES_OF_A_LEVEL = 16
# The longest header that NumPy takes; it would read a longer one to its end
# first.
_LONGEST_HEADER = 10_000
_CHUNK = 2**20
# Others may unpack a few bytes to all memory in one step.
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class ArrayHeader(typing.NamedTuple):
    """The header of an array: what a file says about it before its values.

    Attributes:
        shape: Shape of the array.
        is_fortran: Whether the first axis is the fastest.
        dtype: Dtype, of booleans, integers or real numbers.
    """

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype

    @property
    def memory(self) -> int:
        """Bytes that a dataset of such an array takes at most."""
        return math.prod(self.shape) * (self.dtype.itemsize + BYTES_OF_A_LEVEL)


def read_header(file: Any, size: int, name: str) -> ArrayHeader:
    """Reads the header of an array; the file is then at the first value.

    Args:
        file: The file, open at its beginning.
        size: Bytes of the file.
        name: The name that errors give to the array.

    Raises:
        ValueError: If the file holds no array, one of other things than
            numbers, or not as many bytes as the header says.
    """
    with reading(name, "an array as numpy.save writes it"):
        header = ArrayHeader(*_raw_header(file))
        start = file.tell()
    if header.dtype.kind not in "biuf":
        raise FileError(
            f"{name} must hold numbers, real or integer. Received: dtype="
            f"{header.dtype}"
        )
    promised = math.prod(header.shape) * header.dtype.itemsize
    if min(header.shape, default=0) < 0 or promised != size - start:
        raise FileError(
            f"{name} must hold as many bytes as its header says: shape "
            f"{header.shape} of {header.dtype} takes {promised:,}. Received: "
            f"{size - start:,}"
        )
    return header


def _raw_header(file):
    version = np.lib.format.read_magic(file)
    length = file.read(2 if version == (1, 0) else 4)
    text = file.read(min(int.from_bytes(length, "little"), _LONGEST_HEADER))
    header = io.BytesIO(length + text)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(header)
    return np.lib.format.read_array_header_2_0(header)


def _fill(values, file):
    """Reads a file into an array of bytes that it must fill."""
    for start in range(0, len(values), _CHUNK):
        chunk = memoryview(values[start : start + _CHUNK])
        if file.readinto(chunk) < len(chunk):
            raise EOFError("it ends early")


class ArrayArchive:
    """The arrays of an `.npz` file, which are read when they are asked for.

    It is a context manager, which closes the file.

    Args:
        path: The file.

    Attributes:
        names: Names of the arrays, sorted.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If it is not an `.npz` file, or holds two arrays of one
            name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with reading(path, _NPZ):
            self._zip = zipfile.ZipFile(path)
        stored = [
            name.removesuffix(".npy")
            for name in self._zip.namelist()
            if name.endswith(".npy")
        ]
        self.names = sorted(set(stored))
        if len(stored) > len(self.names):
            self._zip.close()
            raise FileError(
                f"{path} must hold arrays of different names. Received: "
                f"{sorted(stored)}"
            )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._zip.close()

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[Any]:
        """Opens an array: a context with the open file and its header.

        Raises:
            ValueError: If there is no such array, or `read_header` refuses it.
        """
        if name not in self.names:
            raise FileError(
                f"{self._path} has no array `{name}`, but "
                f"{', '.join(self.names)}."
            )
        member = self._zip.getinfo(f"{name}.npy")
        if member.compress_type not in _COMPRESSIONS:
            raise FileError(
                f"{self._path} must be {_NPZ}. Received: `{name}`, compressed "
                "in another way"
            )
        with reading(self._path, _NPZ):
            file = self._zip.open(member)
        with file:
            title = f"{self._path}: `{name}`"
            yield file, read_header(file, member.file_size, title)

    def read(self, *names: str) -> dict[str, np.ndarray]:
        """Returns arrays by name.

        Raises:
            ValueError: If one is not there or damaged, or if all of them would
                take more memory than `check_memory` allows.
        """
        needed = 0
        for name in names:
            with self.open(name) as (_, header):
                needed += header.memory
        check_memory(self._path, needed)
        return {name: self._read(name) for name in names}

    def _read(self, name):
        with self.open(name) as (file, header):
            with reading(self._path, _NPZ):
                values = np.empty(math.prod(header.shape), header.dtype)
                _fill(values.view("uint8"), file)
            if header.is_fortran:
                return values.reshape(header.shape[::-1]).T
            return values.reshape(header.shape)
