"""A reader of wav files, at any rate."""

import pathlib

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import check_memory
from tf_autoregressive.datasets.reading import reading
from tf_autoregressive.types import Path

_WHAT = "a wav file"
_FORMATS = ("WAV", "WAVEX", "RF64")
_ORDERS = {b"RIFF": "little", b"RF64": "little", b"RIFX": "big"}
# The length in the headers of files whose length was not known, as in a pipe.
_UNKNOWN = 2**32 - 1
_BLOCK = 2**16
# A rate that is further off comes from a damaged header.
_MOST_RESAMPLING = 1000
# Bytes for a sample of 16 bits: itself, two copies, and the levels made of it.
_BYTES_OF_A_SAMPLE = 16


def read_wav(path: Path, rate: int) -> np.ndarray:
    """Returns the samples of a wav file at a rate, int16 `[samples]`.

    Channels are averaged. A file of another rate is resampled by soxr, and cut
    to 16 bits where that goes beyond them. A file of 16 bits, one channel and
    that rate is taken as it is.

    Args:
        path: The file, of any rate, number of channels and width.
        rate: Samples a second.

    Raises:
        FileNotFoundError: If there is no such file.
        ImportError: If soundfile or soxr is not installed (extra `sound`).
        ValueError: If `rate` is not a positive integer, or the file is damaged
            or shorter than its header says, holds numbers that are not within
            [-1, 1], or would take more memory than a file of its size may.
    """
    # These packages belong to an extra that only sound needs.
    import soundfile

    rate = checked_count("rate", rate)
    with reading(path, _WHAT):
        _check_length(path)
        with soundfile.SoundFile(path) as file:
            _check_kind(path, file, rate)
            kind = (file.subtype, file.channels, file.samplerate)
            if kind == ("PCM_16", 1, rate):
                return file.read(dtype="int16")
            blocks = _resampled(_one_channel(path, file), file.samplerate, rate)
            parts = [np.zeros(0, "int16"), *map(_as_int16, blocks)]
            return np.concatenate(parts)


def _check_length(path):
    """Checks that the samples that the header promises are there."""
    size = pathlib.Path(path).stat().st_size
    with pathlib.Path(path).open("rb") as file:
        order = _ORDERS.get(file.read(4))
        if order is None or file.read(8)[4:] != b"WAVE":
            raise ValueError("it does not begin like one")
        long_size = None
        while len(start := file.read(8)) == 8:
            kind, length = start[:4], int.from_bytes(start[4:], order)
            if kind == b"data":
                if length == _UNKNOWN and long_size is not None:
                    length = long_size
                there = size - file.tell()
                if length > there and length != _UNKNOWN:
                    raise FileError(
                        f"{path} must hold the {length:,} bytes of samples "
                        f"that its header promises. Received: {there:,}"
                    )
                return
            following = file.tell() + length + length % 2
            if kind == b"ds64":
                long_size = int.from_bytes(file.read(16)[8:], order)
            file.seek(following)


def _check_kind(path, file, rate):
    if file.format not in _FORMATS:
        raise FileError(f"{path} must be {_WHAT}. Received: {file.format}")
    own_rate = file.samplerate
    if not rate <= own_rate * _MOST_RESAMPLING <= rate * _MOST_RESAMPLING**2:
        raise FileError(
            f"{path} must have a rate that is at most {_MOST_RESAMPLING} times "
            f"more or less than `rate`={rate}. Received: {own_rate}"
        )
    num_samples = max(file.frames, file.frames * rate // own_rate)
    check_memory(path, num_samples * _BYTES_OF_A_SAMPLE)


def _one_channel(path, file):
    """Yields blocks of the mean of the channels, float64."""
    missing = file.frames
    for block in file.blocks(_BLOCK, dtype="float64", always_2d=True):
        # The comparison is false for NaN, too.
        if not (np.abs(block) <= 1.0).all():
            raise FileError(
                f"{path} must hold finite samples in [-1, 1]. Received: values "
                f"from {block.min()} to {block.max()}"
            )
        missing -= len(block)
        yield block.mean(axis=1)
    if missing:
        raise EOFError(f"it lacks {missing} samples")


def _resampled(blocks, own_rate, rate):
    if own_rate == rate:
        yield from blocks
        return
    import soxr

    stream = soxr.ResampleStream(own_rate, rate, 1, dtype="float64")
    for block in blocks:
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.empty(0), last=True)


def _as_int16(signal):
    return np.clip(np.round(signal * 32768.0), -32768, 32767).astype("int16")
