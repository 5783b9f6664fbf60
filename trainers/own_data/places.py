"""The places of a user's data: one path, or one for a split."""

import dataclasses
import os
import pathlib

from ..errors import UsageError


@dataclasses.dataclass(frozen=True)
class Places:
    """The paths of a user's data.

    Args:
        data: Path of the training examples; of all where the others are `None`.
        validation: Path of the validation examples, `None` to take them from
            `data`.
        test: The same for the test examples.
    """

    data: str
    validation: str | None = None
    test: str | None = None

    @property
    def name(self) -> str:
        """The name of the file or the folder, without its ending."""
        return pathlib.Path(self.data).absolute().stem

    def of_splits(self) -> dict[str, pathlib.Path]:
        """Returns the given paths by the names of their splits."""
        given = {
            "train": self.data,
            "validation": self.validation,
            "test": self.test,
        }
        return {s: pathlib.Path(path) for s, path in given.items() if path}

    def moved(self, **paths: str | None) -> "Places":
        """Returns these places with those that are given in their stead."""
        given = {name: path for name, path in paths.items() if path}
        return dataclasses.replace(self, **given).absolute()

    def absolute(self) -> "Places":
        """Returns the places as they are seen from every folder."""
        named = {name: p for name, p in self.as_json().items() if p is not None}
        absolute = {name: os.path.abspath(p) for name, p in named.items()}
        return dataclasses.replace(self, **absolute)

    def as_json(self) -> dict[str, str | None]:
        """Returns the arguments that make these places again."""
        return dataclasses.asdict(self)

    def checked(self) -> "Places":
        """Returns the places.

        Raises:
            UsageError: If nothing is at one of them.
        """
        flags = {"train": "--data", "validation": "--validation"}
        for split, path in self.of_splits().items():
            if not path.exists():
                flag = flags.get(split, "--test")
                raise UsageError(f"{flag} {path}: there is no such file.")
        return self
