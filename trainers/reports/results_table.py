"""The table of recorded results in README.md, made from results/*.json."""

import json
import pathlib
from typing import Any

from .. import recipes
from ..errors import UsageError
from ..files import write_text
from ..recipe import Recipe
from .summary import units_text
from .table import markdown

README = pathlib.Path(__file__).parent.parent / "README.md"
RESULTS = pathlib.Path(__file__).parent.parent / "results"

_BEGIN = "<!-- Written by `tfar results`. -->"
_END = "<!-- Until here. -->"
_COLUMNS = (
    "recipe",
    "model",
    "data",
    "test nats",
    "bits/dim",
    "published",
    "parameters",
    "steps",
    "seconds",
    "cores",
)


def update():
    """Writes the table into README.md, in the place of the one there.

    Raises:
        UsageError: If there is no README.md, or no place for the table in it.
    """
    write_text(README, with_table(_text(README)))


def with_table(text: str) -> str:
    """Returns a text with its table replaced by that of the results now.

    Raises:
        UsageError: If the marks around the table are missing.
    """
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise UsageError(
            f"{README} must have the lines {_BEGIN!r} and {_END!r}, between "
            "which the table goes."
        )
    return f"{before}{begin}\n\n{table()}\n\n{end}{after}"


def table() -> str:
    """Returns a line for every recipe, with its result if it was run."""
    families = recipes.families().values()
    rows = [_row(recipe) for family in families for recipe in family]
    return markdown([list(_COLUMNS), *rows])


def recorded(recipe: Recipe) -> dict[str, Any] | None:
    """Returns the recorded result of a recipe, `None` if it was not run."""
    path = RESULTS / f"{recipe.name}.json"
    return json.loads(_text(path)) if path.exists() else None


def _row(recipe: Recipe) -> list[str]:
    measured = ["not run here", "", "", "", "", ""]
    result = recorded(recipe)
    if result is not None:
        measured = _measured(result)
    nats, bits_per_dim, *cost = measured
    return [
        f"`{recipe.name}`",
        recipe.model,
        recipe.dataset,
        nats,
        bits_per_dim,
        recipe.published,
        *cost,
    ]


def _measured(result: dict[str, Any]) -> list[str]:
    test = result["test"]
    bits_per_dim = test["bits_per_dim"]
    # Songs, for example, have nats per step.
    other = next(iter(units_text(test)), "")
    return [
        f"{test['nats']:.2f} ± {test['standard_error']:.2f}",
        other if bits_per_dim is None else f"{bits_per_dim:.4f}",
        f"{result['num_parameters']:,}",
        f"{result['steps']:,}",
        f"{result['train_seconds']:,.0f}",
        str(result["machine"]["cores"]),
    ]


def _text(path: pathlib.Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"{path} cannot be read ({error.strerror}). The table is written "
            "in a clone of the project."
        ) from error
