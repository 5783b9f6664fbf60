"""Sound as windows of samples.

Shapes: N windows, T samples of a window.
"""

import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.arguments import checked_num_levels
from tf_autoregressive.arguments import plain_array
from tf_autoregressive.datasets.array_files import ArrayArchive
from tf_autoregressive.datasets.arrays import from_arrays
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.mu_law import mu_law_encode
from tf_autoregressive.datasets.packed import check_lengths
from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import naming
from tf_autoregressive.datasets.splits import checked_splits
from tf_autoregressive.datasets.windows import windows
from tf_autoregressive.types import Array
from tf_autoregressive.types import Path

_FILE_NAME = "fsdd_8khz.npz"


def from_recordings(
    recordings: Any,
    *,
    steps: int,
    num_levels: int = 256,
    labels: Mapping[str, Array] | None = None,
    name: str = "sound",
    **described: Any,
) -> Dataset:
    """Makes a dataset of windows of recordings.

    The windows of a recording lie side by side; what is left at its end is
    not used.

    Args:
        recordings: Dict from "train" and, where there are such, "validation"
            and "test" to lists of recordings, each int16 in any order of bytes
            or real numbers in [-1, 1], `[samples]`. A real number is rounded to
            16 bits, 1.0 being the largest.
        steps: Samples of a window, `T`.
        num_levels: 65536 for 16-bit samples as they are, or fewer after
            mu-law companding.
        labels: Dict from the splits to one label a recording, or None.
        name: Name of the dataset in its `info`.
        **described: More fields of `DatasetInfo`: `rate`, `source`,
            `licence`, `notes`.

    Returns:
        A `Dataset` of windows `[T]`.

    Raises:
        ValueError: If a split has no recording as long as a window, a recording
            is not of one channel, int16 or within [-1, 1], or something in it
            is masked, or if labels are not as many as recordings.
    """
    steps = checked_count("steps", steps)
    recordings = checked_splits("recordings", recordings)
    if labels is not None:
        labels = {
            split: plain_array(f"labels[{split!r}]", values)
            for split, values in checked_splits("labels", labels).items()
        }
    levels = _levels_of_samples(num_levels)
    splits: dict[str, Any] = {}
    window_labels = {}
    for split, signals in recordings.items():
        if labels is not None:
            _check_labels(split, labels.get(split), signals)
        parts = [windows(levels[_samples(signal)], steps) for signal in signals]
        counts = [len(part) for part in parts]
        if not sum(counts):
            raise ValueError(
                f"`steps` must be at most the length of a recording; none of "
                f"the {len(signals)} of the {split} split is as long. "
                f"Received: steps={steps}"
            )
        splits[split] = np.concatenate(parts)
        if labels is not None:
            window_labels[split] = np.repeat(labels[split], counts, axis=0)
    return from_arrays(
        **splits,
        name=name,
        num_levels=num_levels,
        labels=window_labels or None,
        **described,
    )


def _check_labels(split, labels, signals):
    if labels is None or labels.ndim < 1 or len(labels) != len(signals):
        shape = None if labels is None else labels.shape
        raise ValueError(
            f"`labels[{split!r}]` must have one for each recording. Received: "
            f"shape={shape} for {len(signals)} recordings"
        )


def load_spoken_digits(
    *,
    data_dir: Path | None = None,
    with_labels: bool = False,
    steps: int = 1024,
    num_levels: int = 256,
) -> Dataset:
    """Loads the Free Spoken Digit Dataset: 3,000 recordings at 8 kHz.

    The test split is the official one, the first five recordings of every
    speaker and digit. The five after them are for validation, the rest for
    training.

    Args:
        data_dir: Folder that holds `fsdd_8khz.npz`: `audio`, int16, all
            recordings one after another; `length`, `digit` and `index`, one
            number a recording.
        with_labels: Whether the splits yield `(window, digit)`.
        steps: Samples of a window.
        num_levels: As `from_recordings` takes it.

    Returns:
        A `Dataset`; see `from_recordings`.

    Raises:
        FileNotFoundError: If `data_dir` does not hold the file.
        ValueError: If the file is damaged, or its arrays do not go together.
    """
    path = pathlib.Path(data_dir or ".") / _FILE_NAME
    if data_dir is None or not path.is_file():
        raise FileNotFoundError(
            f"'spoken_digits' is read from a file {_FILE_NAME} in the folder "
            f"`data_dir`. Received: data_dir={str(data_dir)!r}, which has no "
            "such file. Write it with numpy.savez(path, audio=..., length=..., "
            "digit=..., index=...) from the wav files of the Free Spoken Digit "
            "Dataset."
        )
    with ArrayArchive(path) as archive:
        stored = archive.read("audio", "length", "digit", "index")
    _check_digits(path, **stored)
    signals = np.split(stored["audio"], np.cumsum(stored["length"])[:-1])
    digit, index = stored["digit"], stored["index"]
    chosen = {"train": index >= 10, "validation": index // 5 == 1}
    chosen["test"] = index < 5
    recordings = {
        split: [signals[i] for i in np.flatnonzero(mask)]
        for split, mask in chosen.items()
    }
    labels = {split: digit[mask] for split, mask in chosen.items()}
    with naming(path):
        return from_recordings(
            recordings,
            steps=steps,
            num_levels=num_levels,
            labels=labels if with_labels else None,
            name="spoken_digits",
            rate=8000,
            source=f"Free Spoken Digit Dataset, from the file {_FILE_NAME}",
            licence="CC BY-SA 4.0",
        )


def _check_digits(path, audio, length, digit, index):
    if audio.dtype != np.int16 or audio.ndim != 1:
        raise FileError(
            f"{path} must hold `audio` as int16 with one axis. Received: "
            f"dtype={audio.dtype}, shape={audio.shape}"
        )
    for name, values in (
        ("length", length),
        ("digit", digit),
        ("index", index),
    ):
        if (
            values.dtype.kind not in "iu"
            or values.ndim != 1
            or values.shape != length.shape
        ):
            raise FileError(
                f"{path} must hold one integer a recording as `{name}`. "
                f"Received: dtype={values.dtype}, shape={values.shape} for "
                f"`length` of shape {length.shape}"
            )
    check_lengths(path, "length", length, len(audio), "samples")
    if index.min() < 0:
        raise FileError(
            f"{path} must hold recordings' numbers from 0 on as `index`. "
            f"Received: {index.min()}"
        )


def _samples(signal):
    """Returns the samples of a recording, each plus 32768, uint16."""
    signal = plain_array("recordings", signal)
    is_real = signal.dtype.kind == "f"
    is_int16 = signal.dtype.kind == "i" and signal.dtype.itemsize == 2
    # Integers of other dtypes, or real numbers of another scale, would become
    # noise.
    if not (is_int16 or is_real) or (
        is_real and not np.all(np.abs(signal) <= 1.0)
    ):
        raise ValueError(
            "`recordings` must be int16, or real numbers in [-1, 1]. Received: "
            f"dtype={signal.dtype}, values from {np.min(signal, initial=0)} to "
            f"{np.max(signal, initial=0)}"
        )
    if is_real:
        signal = np.round(signal * 32767.0).astype("int16")
    return signal.astype("int16").view("uint16") ^ np.uint16(1 << 15)


def _levels_of_samples(num_levels):
    """Returns the level of every sample of 16 bits, integers `[65536]`."""
    if checked_num_levels(num_levels) == 65536:
        return np.arange(65536, dtype="int32")
    samples = np.arange(-32768, 32768) / 32768.0
    levels = mu_law_encode(samples, num_levels=num_levels)
    return levels.astype("uint8") if num_levels <= 256 else levels
