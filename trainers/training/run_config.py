"""The file config.json: the settings of a run, and the place of its data."""

import dataclasses
import json
import os
import pathlib
from typing import Any

import pydantic

from ..errors import UsageError
from ..files import write_json
from ..own_data.places import Places
from ..recipe import Recipe
from ..recipe import explain


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """The contents of config.json.

    Attributes:
        path: Path of the file, in the directory of the run.
        recipe: The recipe that the run was begun with, overrides included.
        sha256: Hash of the run's data, `None` where there is none.
        data_dir: The last folder or places of the data; `None` if none was
            named.
    """

    path: pathlib.Path
    recipe: Recipe
    sha256: str | None
    data_dir: str | Places | None = None

    @classmethod
    def read(cls, path: pathlib.Path) -> "RunConfig":
        """Reads the file.

        Raises:
            UsageError: If there is none, or it is damaged.
        """
        if not path.exists():
            raise UsageError(
                f"{path.parent} is not a run directory: it has no {path.name}."
            )
        config = read_json(path)
        try:
            return cls(
                path,
                Recipe.of_run(config["recipe"]),
                config["sha256"],
                _place(config.get("data_dir")),
            )
        except pydantic.ValidationError as error:
            raise UsageError(
                f"{path} does not hold a recipe: {explain(error)}"
            ) from error
        except (KeyError, TypeError) as error:
            raise UsageError(f"{path} is damaged: {error!r}") from error

    def write(self) -> None:
        """Writes the file, atomically."""
        write_json(
            self.path,
            {
                "recipe": self.recipe.model_dump(mode="json"),
                "sha256": self.sha256,
                "data_dir": _as_json(self.data_dir),
            },
        )

    def check_same(self, recipe: Recipe) -> None:
        """Checks that the run was begun with these settings.

        Raises:
            UsageError: If not, naming the settings that differ.
        """
        begun, wanted = self.recipe.settings(), recipe.settings()
        different = [
            f"  {key}: {begun[key]!r} there, {wanted[key]!r} now"
            for key in wanted
            if begun[key] != wanted[key]
        ]
        if different:
            raise UsageError(
                f"{self.path.parent} holds a run with other settings:\n"
                + "\n".join(different)
                + "\nChoose another --run-dir, or remove that one."
            )

    def check_same_data(self, sha256: str | None) -> None:
        """Checks that the run was begun on data with this hash.

        Raises:
            UsageError: If not.
        """
        if self.sha256 != sha256:
            raise UsageError(
                f"{self.path.parent} holds a run on other data: the hash was "
                f"{self.sha256}, it is {sha256} now. Find the data that it was "
                "trained on, or choose another --run-dir to train on this."
            )


def read_json(path: pathlib.Path) -> Any:
    """Returns the contents of a file of a run.

    Raises:
        UsageError: If it cannot be read as JSON.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    # The last is of text that opens thousands of brackets.
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(
            f"{path} is damaged ({error}). Choose another --run-dir, or "
            "remove that file if it can be spared."
        ) from error


def _as_json(data_dir):
    if isinstance(data_dir, Places):
        return data_dir.absolute().as_json()
    return data_dir and os.path.abspath(data_dir)


def _place(stored) -> str | Places | None:
    """Returns the place that `_as_json` wrote."""
    if stored is None or isinstance(stored, str):
        return stored
    place = Places(**stored)
    for name, path in place.as_json().items():
        if not isinstance(path, str | None):
            raise TypeError(f"`data_dir.{name}` is {path!r:.50}")
    return place
