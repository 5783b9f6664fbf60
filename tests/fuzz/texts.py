"""Texts of any characters, with any arguments."""

import dataclasses
import math

import numpy as np
import PIL.Image

from tests.fuzz.door import Door
from tf_autoregressive.datasets import from_image_folder
from tf_autoregressive.datasets import from_recordings
from tf_autoregressive.datasets import from_songs
from tf_autoregressive.datasets import from_text
from tf_autoregressive.datasets import from_wav_folder

_CHARACTERS = "ab \n\r\t\0\ufeff\U0001f600é日\ud800"
_JUNK = (
    *(0, -1, 1, 2, 5, 2**63, 2.5, math.nan, math.inf, "2", None, True),
    *((), [], {}, b"", 1j, np.int64(3), np.float32(3)),
)


@dataclasses.dataclass
class Given:
    """A text and what else `from_text` is given."""

    text: object
    options: dict


class Texts(Door):
    """`from_text`."""

    name = "text"
    names_file = False

    def make(self, rng, folder):
        size = int(rng.integers(0, 200))
        indices = rng.integers(0, int(rng.integers(1, 12)), size)
        text = "".join(_CHARACTERS[index] for index in indices)
        options = {"steps": int(rng.integers(1, 9))}
        names = ["steps", "stride", "characters", "unknown", "validation_share"]
        if rng.random() < 0.5:
            options[names[rng.integers(5)]] = _JUNK[rng.integers(len(_JUNK))]
        return Given(text, options)

    def enter(self, given):
        data = from_text(given.text, **given.options)
        return data.info, list(data.test.as_numpy_iterator())

    def check(self, given, taken):
        info, windows = taken
        text = "".join(
            info.vocabulary[number] for window in windows for number in window
        )
        assert text
        assert text in given.text


class Arguments(Door):
    """Numbers that are none, where readers ask for numbers."""

    name = "arguments"
    errors = (ValueError, FileNotFoundError)
    names_file = False

    def make(self, rng, folder):
        junk = _JUNK[rng.integers(len(_JUNK))]
        PIL.Image.new("L", (3, 3)).save(folder / "a.png")
        return int(rng.integers(8)), junk, folder

    def enter(self, given):
        way, junk, folder = given
        sound = {"train": [np.zeros(9, "int16")]}
        song = {"train": [np.ones((3, 2), "uint8")]}
        return (
            lambda: from_recordings(sound, steps=junk),
            lambda: from_recordings(sound, steps=3, num_levels=junk),
            lambda: from_recordings(sound, steps=3, labels={"train": junk}),
            lambda: from_songs(song, steps=junk),
            lambda: from_wav_folder(folder, steps=3, rate=junk),
            lambda: from_image_folder(folder, image_size=junk),
            lambda: from_image_folder(folder, image_size=4, channels=junk),
            lambda: from_image_folder(
                folder, image_size=4, validation_fraction=0, test_fraction=junk
            ),
        )[way]()

    def check(self, given, taken):
        _, junk, _ = given
        # Those that stand for a default, or are what they look like.
        assert junk is None or isinstance(junk, (int, np.integer))
