"""Wav files: damaged, and of odd kinds, rates and samples."""

import dataclasses
import pathlib

import numpy as np
import soundfile

from tests.fuzz.door import Door
from tests.fuzz.mutations import mutated
from tf_autoregressive.datasets.wav_file import read_wav

_SUBTYPES = (
    *("PCM_16", "PCM_24", "PCM_32", "PCM_U8", "FLOAT", "DOUBLE", "ULAW"),
    *("IMA_ADPCM", "MS_ADPCM", "GSM610"),
)
_RATES = (1, 7, 8000, 11025, 44100, 2**31 - 1)
_WANTED = (1, 8000, 7999, 96_000)


@dataclasses.dataclass
class Given:
    """A file, its samples where they must be taken as they are, and a rate."""

    path: pathlib.Path
    rate: object
    samples: np.ndarray | None = None


class Sounds(Door):
    """The reader of wav files."""

    name = "wav"

    def make(self, rng, folder):
        path = folder / "a.wav"
        channels = int(rng.choice([1, 1, 2, 5]))
        subtype = _SUBTYPES[rng.integers(len(_SUBTYPES))]
        rate = int(rng.choice([8000, 8000, *_RATES]))
        samples = rng.normal(
            scale=0.3, size=(int(rng.integers(0, 999)), channels)
        )
        # Writing others of these ends the process, in libsndfile.
        if subtype in ("FLOAT", "DOUBLE") and samples.size:
            odd = [np.nan, np.inf, 1.01, -3.0, 1e30]
            samples.flat[rng.integers(samples.size)] = odd[rng.integers(5)]
        try:
            soundfile.write(path, samples, rate, subtype=subtype)
        # Some kinds have one channel alone.
        except (soundfile.LibsndfileError, ValueError):
            soundfile.write(path, samples[:, 0], rate, subtype="FLOAT")
        given = Given(path, _WANTED[rng.integers(len(_WANTED))])
        if rng.random() < 0.6:
            path.write_bytes(mutated(rng, path.read_bytes()))
        elif (subtype, channels, rate) == ("PCM_16", 1, given.rate):
            given.samples, _ = soundfile.read(path, dtype="int16")
        return given

    def enter(self, given):
        return read_wav(given.path, given.rate)

    def check(self, given, taken):
        assert taken.dtype == np.int16
        assert taken.ndim == 1
        if given.samples is not None:
            np.testing.assert_array_equal(taken, given.samples)
