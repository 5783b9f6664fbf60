"""The records of the runs of recipes."""

import json
import pathlib
from typing import Any

from tf_autoregressive import trained

from ..errors import UsageError
from ..recipe import Recipe

_RESULTS = pathlib.Path(__file__).parent.parent / "results"


def record_files() -> dict[str, pathlib.Path]:
    """Returns the files of the records, by the names of their recipes.

    A trained model of the package has its record in its folder, which is whole
    by itself. The records of the other runs are in `trainers/results/`.
    """
    others = {path.stem: path for path in _RESULTS.glob("*.json")}
    folders = {name: trained.folder(name) for name in trained.names()}
    return others | {n: trained.record_file(f) for n, f in folders.items()}


def recorded(recipe: Recipe) -> dict[str, Any] | None:
    """Returns the record of a recipe's run, `None` if it was not run.

    Args:
        recipe: The recipe.

    Raises:
        UsageError: If the record cannot be read.
    """
    path = record_files().get(recipe.name)
    if path is None:
        return None
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The record {path} cannot be read: {error}"
        ) from error
