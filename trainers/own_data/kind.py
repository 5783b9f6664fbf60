"""What a kind of data has to say of itself."""

import abc
import pathlib
from typing import Any

from ..errors import UsageError
from .places import Places

# By option: the flag that sets it.
FLAGS = {
    "image_size": "--image-size",
    "channels": "--channels",
    "levels": "--levels",
    "steps": "--steps",
    "rate": "--rate",
    "key": "--key",
    "with_labels": "--context",
    "split_seed": "--split-seed",
}


class Kind(abc.ABC):
    """A form in which data is kept, such as a folder of images.

    Attributes:
        name: Its name in a recipe's options.
        what: Its name in a sentence.
        options: What it takes beside the paths, with the defaults.
    """

    name: str
    what: str
    options: dict[str, Any]

    @abc.abstractmethod
    def is_at(self, path: pathlib.Path) -> bool:
        """Whether the file or the folder is of this kind, by its names."""

    @abc.abstractmethod
    def load(self, places: Places, **options):
        """Returns a `tf_autoregressive.datasets.Dataset` of three splits.

        Args:
            places: Where it lies.
            **options: All of `options`.

        Raises:
            ValueError: If something is wrong with a file, which is named.
            OSError: If one cannot be read.
        """

    def with_defaults(self, given: dict[str, Any]) -> dict[str, Any]:
        """Returns all options, those that are not `None` as they are given.

        Raises:
            UsageError: If one is not for this kind.
        """
        given = {name: v for name, v in given.items() if v is not None}
        wrong = [
            FLAGS.get(name, name) for name in given if name not in self.options
        ]
        if wrong:
            flags = ", ".join(FLAGS[name] for name in self.options)
            raise UsageError(
                f"{', '.join(wrong)} is not for {self.what}, which takes "
                f"{flags}."
            )
        if isinstance(given.get("image_size"), int):
            given["image_size"] = (given["image_size"],) * 2
        return self.options | given
