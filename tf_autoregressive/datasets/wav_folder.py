"""A folder of wav files as windows of samples."""

from typing import Any

from tf_autoregressive.arguments import checked_count
from tf_autoregressive.datasets.folder_files import folder_files
from tf_autoregressive.datasets.info import Dataset
from tf_autoregressive.datasets.sound import from_recordings
from tf_autoregressive.datasets.wav_file import read_wav
from tf_autoregressive.types import Path


def from_wav_folder(
    folder: Path,
    *,
    steps: int,
    rate: int,
    num_levels: int = 256,
    **described: Any,
) -> Dataset:
    """Makes a dataset of the wav files of a folder and those below it.

    Files may have any rate, any number of channels and any width of samples:
    channels are averaged, and files of another rate are resampled. A file of 16
    bits, one channel and that rate is taken as it is. Names that begin with a
    dot do not count.

    Every tenth file, in the order of their paths, is in the test split, every
    tenth in the validation split, the rest in the training split.

    Args:
        folder: The folder.
        steps: Samples of a window.
        rate: Samples a second.
        num_levels: As `from_recordings` takes it.
        **described: As `from_recordings` takes it.

    Returns:
        A `Dataset`; see `from_recordings`.

    Raises:
        FileNotFoundError: If there are fewer than ten wav files.
        ImportError: If soundfile or soxr is not installed (extra `sound`).
        ValueError: If `rate` is not a positive integer, or a file is damaged,
            shorter than its header says, or holds samples beyond [-1, 1].
    """
    rate = checked_count("rate", rate)
    paths = folder_files(folder, (".wav",))
    if len(paths) < 10:
        raise FileNotFoundError(
            f"`folder` must hold at least ten wav files. Received: {folder}, "
            f"with {len(paths)}"
        )
    signals = [read_wav(path, rate) for path in paths]
    splits = {"train": [], "validation": [], "test": []}
    for number, signal in enumerate(signals):
        split = {8: "validation", 9: "test"}.get(number % 10, "train")
        splits[split].append(signal)
    return from_recordings(
        splits, steps=steps, num_levels=num_levels, rate=rate, **described
    )
