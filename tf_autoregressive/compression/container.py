"""The container of compressed events: a header, blocks, and an end.

    "TFAR" 0x04  length:varint  checksum:u32  header
    kind:u8  length:varint  checksum:u32  contents     (any number of times)

Numbers have their least byte first. The checksum of a block is the CRC32 of its
kind, its contents, its index and the checksum of the header: a block in another
place, or of another file, has a wrong one.
"""

import io
import itertools
import struct
import typing
import zlib
from collections.abc import Iterator
from typing import Any

from tf_autoregressive.compression import header as headers
from tf_autoregressive.compression import varint
from tf_autoregressive.compression.errors import DamagedError

_MAGIC, _VERSION = b"TFAR", 4
_OPENING = struct.Struct("<4sB")
_CHECKSUM = struct.Struct("<I")
_MAX_HEADER = 2**20


class Block(typing.NamedTuple):
    """A block of a container.

    Attributes:
        kind: One byte.
        contents: Bytes.
    """

    kind: bytes
    contents: bytes


EVENTS, END = b"E", b"Z"


class Writer:
    """Writes a container to a file, or goes on with one that was stopped.

    Whole blocks that follow the same header in the file are kept, and what
    comes after them is cut off.

    Args:
        file: A binary file. One that can be read too may hold blocks.
        header: A dictionary that JSON can hold.
        at_most: The most blocks to keep, `None` for all.

    Attributes:
        kept: The first 32 bytes of every block that is kept.
        num_blocks: Number of the blocks that the file has.
    """

    def __init__(
        self, file: Any, header: dict[str, Any], at_most: int | None = None
    ) -> None:
        contents = headers.packed(header)
        self._file, self.num_blocks = file, 0
        self._seed = zlib.crc32(contents)
        head = _OPENING.pack(_MAGIC, _VERSION) + _framed(self._seed, contents)
        self.kept = self._whole_blocks(head, at_most) if file.readable() else []
        if not self.kept:
            file.write(head)

    def _whole_blocks(self, head, at_most):
        """Returns the beginnings of the whole blocks, and cuts off the rest."""
        kept, place = [], self._file.tell()
        if self._file.read(len(head)) != head:
            self._file.seek(place)
            self._file.truncate()
            return kept
        self._file.seek(place)
        reader, place = Reader(self._file), place + len(head)
        try:
            for block in itertools.islice(reader.blocks(), at_most):
                kept.append(block.contents[:32])
                place = self._file.tell()
        except DamagedError:
            # A writer was stopped within a block.
            pass
        if not kept:
            place -= len(head)
        self._file.seek(place)
        self._file.truncate()
        self.num_blocks = len(kept)
        return kept

    def write(self, kind: bytes, contents: bytes) -> None:
        """Writes a block."""
        checksum = _checksum(self._seed, self.num_blocks, kind, contents)
        self._file.write(kind + _framed(checksum, contents))
        self.num_blocks += 1

    def write_end(self, number: int) -> None:
        """Writes the end, which says how many events or steps there are."""
        self.write(END, varint.written(number))

    def flush(self) -> None:
        """Hands what was written to the operating system."""
        self._file.flush()


class Reader:
    """Reads a container from a file.

    Args:
        file: A binary file that can be asked for its position.

    Attributes:
        header: The dictionary that the writer was given.

    Raises:
        DamagedError: If the file does not begin with a whole header.
    """

    def __init__(self, file: Any) -> None:
        self._file = file
        magic, version = _OPENING.unpack(self._read(_OPENING.size, "header"))
        if magic != _MAGIC:
            raise DamagedError(
                "The data are not compressed events: they begin with "
                f"{magic!r}, not with {_MAGIC!r}."
            )
        if version != _VERSION:
            raise DamagedError(
                f"The data have format {version}; this version of the library "
                f"reads format {_VERSION}."
            )
        length, self._seed = self._frame("header")
        if length > _MAX_HEADER:
            raise DamagedError("The header is damaged: its length is wrong.")
        contents = self._read(length, "header")
        if self._seed != zlib.crc32(contents):
            raise DamagedError("The header is damaged: its checksum is wrong.")
        self.header = headers.unpacked(contents)

    def blocks(self) -> Iterator[Block]:
        """Yields the blocks, without the end, after which nothing may come.

        Raises:
            DamagedError: If a block is damaged or missing.
        """
        index = 0
        while True:
            place = f"block {index}"
            kind = self._read(1, place)
            length, checksum = self._frame(place)
            contents = self._read(length, place)
            if checksum != _checksum(self._seed, index, kind, contents):
                raise DamagedError(f"The data are damaged in {place}.")
            if kind == END:
                break
            yield Block(kind, contents)
            index += 1
        if self._file.read(1):
            raise DamagedError("Something follows the end of the data.")

    def _frame(self, place):
        """Returns the length and the checksum of what follows."""
        length = varint.read(self._file.read, place)
        (checksum,) = _CHECKSUM.unpack(self._read(_CHECKSUM.size, place))
        return length, checksum

    def _read(self, size, place):
        # A damaged length may ask for more than memory holds.
        parts, missing = io.BytesIO(), size
        while missing:
            part = self._file.read(min(missing, 2**20))
            if not part:
                raise DamagedError(f"The data end within {place}.")
            parts.write(part)
            missing -= len(part)
        return parts.getvalue()


def _framed(checksum, contents):
    length = varint.written(len(contents))
    return length + _CHECKSUM.pack(checksum) + contents


def _checksum(seed, index, kind, contents):
    start = zlib.crc32(struct.pack("<Q", index) + kind, seed)
    return zlib.crc32(contents, start)
