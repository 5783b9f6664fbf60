"""A folder of wav files as windows of samples."""

import pathlib

import numpy as np

from tf_autoregressive.datasets.sound import from_recordings


def from_wav_folder(folder, *, steps, rate, num_levels=256, **described):
    """Makes a dataset of the wav files of a folder and those below it.

    Files may have any rate, any number of channels and any width of samples:
    channels are averaged, and what has another rate is resampled. A file of 16
    bits, one channel and that rate is taken as it is.

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
        ValueError: If `rate` is not positive, or a file cannot be read or
            holds what is no number.
    """
    if rate <= 0:
        raise ValueError(f"`rate` must be positive. Received: rate={rate}")
    paths = sorted(pathlib.Path(folder).rglob("*.[wW][aA][vV]"))
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


def read_wav(path, rate):
    """Returns the samples of a wav file at a rate, int16 `[samples]`.

    Args:
        path: The file, of any rate, number of channels and width.
        rate: Samples a second.

    Raises:
        ImportError: If soundfile or soxr is not installed (extra `sound`).
        ValueError: If it cannot be read, or holds infinities or NaN.
    """
    # Not at the top: of an extra that only sound needs.
    import soundfile
    import soxr

    try:
        channels, own_rate = soundfile.read(path, always_2d=True)
    except soundfile.LibsndfileError as error:
        raise ValueError(
            f"Wav files must be readable. Received: {path}: {error}"
        ) from error
    if not np.isfinite(channels).all():
        raise ValueError(
            f"Wav files must hold finite samples. Received: {path}, with "
            "infinities or NaN"
        )
    signal = soxr.resample(channels.mean(axis=1), own_rate, rate)
    return np.clip(np.round(signal * 32768.0), -32768, 32767).astype("int16")
