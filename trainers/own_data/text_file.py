"""A text, such as a book."""

import pathlib
from typing import Any
from typing import ClassVar

from .kind import Kind
from .places import Places

_HELD_OUT_SHARE = 0.05
# Files with these suffixes are of other kinds, whatever bytes they hold.
_OTHERS = (
    *(".npz", ".npy", ".tfrecord", ".tfrecords", ".wav", ".csv", ".tsv"),
    ".parquet",
    *(".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".gz", ".zip"),
)


class TextFile(Kind):
    """A text in UTF-8, in windows of characters.

    The beginning is for validation and the end for test, a twentieth of it
    each, where no files are given for them.
    """

    name = "text"
    what = "a text file"
    options: ClassVar = {"steps": 256}

    def is_at(self, path: pathlib.Path) -> bool:
        return path.is_file() and path.suffix.lower() not in _OTHERS

    def load(self, places: Places, *, steps: int) -> Any:
        from tf_autoregressive.datasets import from_text

        texts = {s: read_text(p) for s, p in places.of_splits().items()}
        text = texts.pop("train")
        return from_text(
            text,
            **texts,
            steps=steps,
            # A model then sees half a window or more before every other
            # character.
            stride=max(1, steps // 2),
            validation_share=_HELD_OUT_SHARE,
            test_share=_HELD_OUT_SHARE,
            name=places.name,
            source=f"the text {places.data}",
            notes=f"{len(text):,} characters",
        )


def read_text(path: pathlib.Path) -> str:
    r"""Returns the text of a file; its lines end with `\n` alone.

    Raises:
        ValueError: If it is empty, or not in UTF-8.
    """
    try:
        # This drops the mark that some programs put before the first character.
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} must be a text in UTF-8. Received: byte "
            f"{error.object[error.start]:#04x} at position {error.start}"
        ) from error
    if not text:
        raise ValueError(f"{path} is empty.")
    return text
