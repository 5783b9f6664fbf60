"""Texts and sounds as one long sequence on disk, and as files again.

What is read or decoded lies in a temporary file, from which and to which files
are copied piece by piece: none has to fit into memory.
"""

import codecs
import pathlib
import tempfile
import wave
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import BinaryIO

import numpy as np

from tf_autoregressive import files

from ..errors import UsageError

# Number of values, or bytes, that are read or written at once.
_PIECE = 2**20

# What stands for a value that was lost.
MISSING = -1


class Signals:
    """Texts, or sounds of 16 bits, one after the other.

    Args:
        kind: "text" or "sound".
        found: Pairs of the name and the path of each file.
        read: Yields the values of a path in pieces, int `[n]`.
        rate: Samples a second of sounds, `None` for texts.

    Raises:
        UsageError: If they hold nothing.
    """

    def __init__(
        self,
        kind: str,
        found: Iterable[tuple[str, pathlib.Path]],
        read: Callable[[pathlib.Path], Iterator[np.ndarray]],
        rate: int | None = None,
    ) -> None:
        self.about: dict[str, Any] = {"kind": kind, "files": [], "rate": rate}
        with tempfile.TemporaryFile() as spool:
            for name, path in found:
                before = spool.tell()
                for values in read(path):
                    spool.write(np.asarray(values, "<i4").tobytes())
                length = (spool.tell() - before) // 4
                self.about["files"].append([name, length])
            if not spool.tell():
                raise UsageError("--input: there is nothing to compress in it.")
            spool.flush()
            # It stays on the disk for as long as it is mapped.
            self._values = np.memmap(spool, "<i4", "r")

    def __len__(self):
        return len(self._values)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns the values from `start` to `stop`."""
        return np.array(self._values[start:stop])

    def close(self) -> None:
        """Gives the space on the disk back."""
        del self._values


class Windows:
    """Texts or sounds as events of a model whose sequences have an end.

    The last event is filled up with zeros.

    Args:
        signals: The `Signals`.
        num_steps: Length of an event.
    """

    def __init__(self, signals: Signals, num_steps: int) -> None:
        self._signals, self._num_steps = signals, num_steps
        self.about = signals.about

    def __len__(self):
        return -(-len(self._signals) // self._num_steps)

    def read(self, start: int, stop: int) -> np.ndarray:
        """Returns the events from `start` to `stop`."""
        size = self._num_steps
        values = self._signals.read(start * size, stop * size)
        missing = (stop - start) * size - len(values)
        return np.pad(values, (0, missing)).reshape(-1, size)


class Sink:
    """The values of an archive, and the files that they become.

    The spool has each value plus one, because what was never written of a file
    reads as zeros. As a value, such a gap is `MISSING`.

    Args:
        about: What `Signals` had as `about`.
        spool: A binary file without contents.
    """

    def __init__(self, about: dict[str, Any], spool: BinaryIO) -> None:
        self._about, self._spool = about, spool

    def put(self, start: int, values: np.ndarray) -> None:
        """Keeps values, of which the first has the index `start`."""
        self._spool.seek(4 * start)
        self._spool.write((np.asarray(values, "<i4") + 1).tobytes())

    def write(self, model: Any, path_of: Callable[[str], pathlib.Path]) -> None:
        """Writes all files.

        Args:
            model: The model, which knows the characters of a text.
            path_of: Returns the path of a name.
        """
        write = _write_text if self._about["kind"] == "text" else _write_sound
        self._spool.seek(0)
        for name, length in self._about["files"]:
            with files.replacing(path_of(name)) as temporary:
                write(temporary, self._pieces(length), self._about, model)

    def _pieces(self, length):
        for start in range(0, length, _PIECE):
            size = 4 * min(_PIECE, length - start)
            found = self._spool.read(size).ljust(size, b"\0")
            yield np.frombuffer(found, "<i4") - 1


def pieces_of_text(path: pathlib.Path, model: Any) -> Iterator[np.ndarray]:
    """Yields the numbers of the characters of a text, in pieces.

    Raises:
        UsageError: If the model cannot give them back.
    """
    decode = codecs.getincrementaldecoder("utf-8")().decode
    with path.open("rb") as file:
        data = b"start"
        while data:
            data = file.read(_PIECE)
            try:
                text = decode(data, final=not data)
            except UnicodeDecodeError as error:
                raise UsageError(
                    f"--input: {path} is not UTF-8 text."
                ) from error
            numbers = model.encode(text)
            if model.decode(numbers) != text:
                raise UsageError(
                    f"--input: {path} has characters that the model does not "
                    "know, and so cannot give back."
                )
            yield numbers


def pieces_of_sound(
    path: pathlib.Path, rate: int | None
) -> Iterator[np.ndarray]:
    """Yields the samples of a wav file, each plus 32768, in pieces.

    Raises:
        UsageError: If it is not a wav file of one channel, 16 bits and that
            rate.
    """
    try:
        with wave.open(str(path)) as sound:
            _check_form(path, sound, rate)
            while frames := sound.readframes(_PIECE):
                yield np.frombuffer(frames, "<i2").astype("int32") + 32768
    except (wave.Error, EOFError) as error:
        raise UsageError(
            f"--input: {path} is not a wav file ({error})."
        ) from None


def _check_form(path, sound, rate):
    form = sound.getnchannels(), sound.getsampwidth()
    own_rate = sound.getframerate()
    if (*form, own_rate) != (1, 2, rate):
        raise UsageError(
            f"--input: {path} must have one channel, 16 bits and {rate} "
            f"samples a second. Received: {form[0]} channels, {8 * form[1]} "
            f"bits, {own_rate} samples a second"
        )


def _write_text(path, pieces, about, model):
    with open(path, "wb") as file:
        for values in pieces:
            file.write(_text(values, model).encode("utf-8"))


def _text(values, model):
    is_missing = values == MISSING
    text = model.decode(np.where(is_missing, 0, values))
    if not is_missing.any():
        return text
    return "".join(np.where(is_missing, "\ufffd", [*text]))


def _write_sound(path, pieces, about, model):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(about["rate"])
        for values in pieces:
            values = np.where(values == MISSING, 0, values - 32768)
            file.writeframes(values.astype("<i2").tobytes())
