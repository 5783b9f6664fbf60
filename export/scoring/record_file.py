"""The frame of TFRecord files: the number of records, and their lengths.

A record is 8 bytes of its length, 4 of a checksum of that, its data, and 4 of
a checksum of the data. TensorFlow compares the checksums, but allocates what
a length says before it knows whether there is as much.
"""

import gzip
import os
import pathlib

from tf_autoregressive.datasets.reading import check_memory
from tf_autoregressive.datasets.reading import reading

# The description of a right file, for errors.
RECORD_FILE = "a TFRecord file"
_BEFORE, _BEHIND = 12, 4
_BUFFER = 2**20
# Bytes of memory for a byte of a record: in Python, in TensorFlow, parsed, and
# as a number.
_TIMES_IN_MEMORY = 8


def is_compressed(path: pathlib.Path) -> bool:
    """Returns whether a record file is compressed, by its name."""
    return path.suffix == ".gz"


def count_records(path: pathlib.Path) -> int:
    """Returns the number of records of a file, all of which are whole.

    Raises:
        FileNotFoundError: If there is no such file.
        ValueError: If the file is cut off, damaged or of another kind, or has
            no records or too long ones.
    """
    count, longest = 0, 0
    with reading(path, RECORD_FILE), _opened(path) as file:
        while start := file.read(_BEFORE):
            length = int.from_bytes(start[:8], "little")
            file.seek(length + _BEHIND - 1, os.SEEK_CUR)
            if len(start) < _BEFORE or not file.read(1):
                raise EOFError("it ends within a record")
            count, longest = count + 1, max(longest, length)
    if not count:
        raise ValueError(f"{path} holds no records.")
    check_read(path, longest)
    return count


def check_read(path: pathlib.Path, num_bytes: int) -> None:
    """Checks the memory of records of some bytes that are read together.

    Raises:
        ValueError: If they need more than `check_memory` allows.
    """
    check_memory(path, num_bytes * _TIMES_IN_MEMORY)


def _opened(path):
    if is_compressed(path):
        return gzip.open(path)
    return path.open("rb", buffering=_BUFFER)
