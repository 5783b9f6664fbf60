"""A folder of recordings as wav files."""

import pathlib
from typing import Any
from typing import ClassVar

from .kind import Kind
from .labelled_files import labelled_files
from .places import Places


class WavFolder(Kind):
    """Recordings, resampled to one rate, in windows of mu-law levels."""

    name = "sound"
    what = "a folder of .wav files"
    options: ClassVar = {
        "rate": 8000,
        "steps": 1024,
        "levels": 256,
        "with_labels": False,
        "split_seed": 0,
    }

    def is_at(self, path: pathlib.Path) -> bool:
        return path.is_dir() and bool(_files(path))

    def load(
        self,
        places: Places,
        *,
        rate: int,
        steps: int,
        levels: int,
        with_labels: bool,
        split_seed: int,
    ) -> Any:
        from tf_autoregressive.datasets import from_recordings
        from tf_autoregressive.datasets.wav_file import read_wav

        found = labelled_files(
            places, _files, with_labels=with_labels, split_seed=split_seed
        )
        try:
            recordings = {
                split: [read_wav(file, rate) for file in files]
                for split, files in found.files.items()
            }
        except ImportError as error:
            raise ImportError(
                'wav files need two packages: pip install "tf_autoregressive'
                '[sound]"'
            ) from error
        every = [signal for part in recordings.values() for signal in part]
        seconds = sum(map(len, every)) / rate
        return from_recordings(
            recordings,
            steps=steps,
            num_levels=levels,
            labels=found.labels,
            rate=rate,
            name=places.name,
            source=f"{len(every):,} recordings in {places.data}",
            notes=_notes(seconds, rate, every, steps, found.note),
        )


def _files(folder):
    from tf_autoregressive.datasets.folder_files import folder_files

    return folder_files(folder, (".wav",))


def _notes(seconds, rate, every, steps, labels):
    notes = f"{seconds:.1f} seconds in all, at {rate:,} samples a second"
    short = sum(len(signal) < steps for signal in every)
    if short:
        notes += f"; {short:,} are shorter than a window and left out"
    return f"{notes}; labels: {labels}" if labels else notes
