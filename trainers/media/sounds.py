"""Writer of sound from a model as wav files."""

import pathlib
import wave

import numpy as np

from tf_autoregressive.datasets import mu_law_decode

_PAUSE_SECONDS = 0.5


def save_wav(
    path: pathlib.Path, samples: np.ndarray, num_levels: int, rate: int
):
    """Writes samples one after another, with half a second between them.

    The file has 16 bits and one channel.

    Args:
        path: The file.
        samples: Levels `[num, T]`.
        num_levels: 65536 for 16-bit samples as they are, or fewer of mu-law.
        rate: Samples a second.
    """
    pause = round(_PAUSE_SECONDS * rate)
    padded = np.pad(signal(samples, num_levels), [(0, 0), (0, pause)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(padded.astype("<i2").tobytes())


def signal(samples, num_levels):
    """Returns 16-bit samples, int, of levels."""
    samples = np.asarray(samples)
    if num_levels == 65536:
        return samples.astype("int32") - 32768
    decoded = mu_law_decode(samples, num_levels=num_levels)
    return np.round(decoded * 32767.0).astype("int32")
