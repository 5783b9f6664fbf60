"""Sound, as wav files."""

import pathlib
import wave
from typing import Any

import numpy as np

from .medium import Medium

_PAUSE_SECONDS = 0.5
_NUM_SHOWN = 4


class Sound(Medium):
    """Samples of sound, of 16 bits or of mu-law."""

    name = "sound"
    sample_suffixes = (".wav", ".npz")
    completion_suffixes = (".wav", ".npz")

    def _write_samples(self, path, samples):
        save_wav(path, samples, self.model.num_levels, self.rate)

    def _write_completions(self, path, originals, known, completed):
        """Writes each original followed by its completions."""
        each = np.concatenate([originals[:, None], completed], axis=1)
        self._write_samples(path, each.reshape(-1, each.shape[-1]))

    def show(self, data: Any, seed: int, step: int) -> None:
        """Writes a summary of sound, `samples`."""
        import tensorflow as tf

        drawn = self._few(_NUM_SHOWN, data, seed)
        heard = signal(drawn, self.model.num_levels) / 32768.0
        tf.summary.audio(
            "samples",
            heard.astype(np.float32)[..., None],
            self.rate,
            step=step,
            max_outputs=_NUM_SHOWN,
        )


def save_wav(
    path: pathlib.Path, samples: np.ndarray, num_levels: int, rate: int
) -> None:
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


def signal(samples: np.ndarray, num_levels: int) -> np.ndarray:
    """Returns 16-bit samples, int, of levels."""
    samples = np.asarray(samples)
    if num_levels == 65536:
        return samples.astype("int32") - 32768
    # This is imported late, because it imports TensorFlow.
    from tf_autoregressive.datasets import mu_law_decode

    decoded = mu_law_decode(samples, num_levels=num_levels)
    return np.round(decoded * 32767.0).astype("int32")
