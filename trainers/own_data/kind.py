"""The base class of the kinds of data."""

import abc
import pathlib
from typing import Any

from ..errors import UsageError
from .places import Places

# For each option, the flag that sets it.
FLAGS = {
    "image_size": "--image-size",
    "channels": "--channels",
    "levels": "--levels",
    "steps": "--steps",
    "rate": "--rate",
    "key": "--key",
    "columns": "--column",
    "with_labels": "--context",
    "split_seed": "--split-seed",
}


class Kind(abc.ABC):
    """A form in which data is kept, such as a folder of images.

    Attributes:
        name: Its name in a recipe's options.
        what: Its name in a sentence.
        options: The options that it takes beside the paths, with their
            defaults.
    """

    name: str
    what: str
    options: dict[str, Any]

    @abc.abstractmethod
    def is_at(self, path: pathlib.Path) -> bool:
        """Returns whether the file or folder is of this kind, by its names."""

    @abc.abstractmethod
    def load(self, places: Places, **options: Any) -> Any:
        """Returns a `tf_autoregressive.datasets.Dataset` of three splits.

        Args:
            places: The `Places` where it lies.
            **options: All of `options`.

        Raises:
            ValueError: If something is wrong with a file, which is named.
            OSError: If one cannot be read.
        """

    def with_defaults(self, given: dict[str, Any]) -> dict[str, Any]:
        """Returns all options, with the given numbers in place of defaults.

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
