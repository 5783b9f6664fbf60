"""Whole numbers of any size, small ones in one byte.

7 bits a byte, the lowest first; the highest bit says that more follow
"""

from typing import Any

from tf_autoregressive.compression.errors import DamagedError

# Numbers below 2^63 have at most so many bytes.
_MAX_BYTES = 9


def written(number: int) -> bytes:
    """Returns the bytes of a number of at least 0."""
    parts = bytearray()
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    parts.append(number)
    return bytes(parts)


def read(read_bytes: Any, place: str) -> int:
    """Returns the number that a file or a buffer goes on with.

    Args:
        read_bytes: Returns as many bytes as it is asked for.
        place: The part of the data that is read, for the error.

    Raises:
        DamagedError: If it ends within the number, or the number is too large.
    """
    number = 0
    for index in range(_MAX_BYTES):
        part = read_bytes(1)
        if not part:
            raise DamagedError(f"The data end within {place}.")
        number |= (part[0] & 127) << 7 * index
        if part[0] < 128:
            return number
    raise DamagedError(f"The data are damaged in {place}.")
