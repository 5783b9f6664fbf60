"""The tables of recorded results in the pages, made from the records."""

import pathlib
from typing import Any

from .. import recipes
from ..errors import UsageError
from ..files import write_text
from ..published import Published
from ..recipe import Recipe
from .records import recorded
from .summary import units_text
from .table import markdown

_HERE = pathlib.Path(__file__).parent.parent

_BEGIN = "<!-- Written by `tfar results --write`. -->"
_END = "<!-- Until here. -->"


def pages() -> dict[pathlib.Path, str]:
    """Returns the pages that hold a table, and the table of each, as it is now.

    The project's README.md compares what was measured with what was published;
    that of the trainers has everything.
    """
    return {
        _HERE.parent / "README.md": compared(),
        _HERE / "README.md": table(),
    }


def update() -> None:
    """Writes the tables into the pages, in the place of the ones there.

    Raises:
        UsageError: If a page cannot be read, or has no place for its table.
            None is written then.
    """
    texts = {path: with_table(path, new) for path, new in pages().items()}
    for path, text in texts.items():
        write_text(path, text)


def with_table(path: pathlib.Path, new: str) -> str:
    """Returns the text of a page with another table.

    Args:
        path: The page.
        new: The table.

    Raises:
        UsageError: If the page cannot be read, or the marks around the table
            are missing.
    """
    before, begin, rest = _text(path).partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not (begin and end):
        raise UsageError(
            f"{path} must have the lines {_BEGIN!r} and {_END!r}, between "
            "which the table goes."
        )
    return f"{before}{begin}\n\n{new}\n\n{end}{after}"


def table() -> str:
    """Returns a line for every recipe, with its result if it was run."""
    columns = (
        *("recipe", "model", "data", "test nats", "bits/dim", "published"),
        *("difference", "verdict", "parameters", "steps", "seconds", "cores"),
    )
    return markdown([list(columns), *map(_row, _recipes())])


def compared() -> str:
    """Returns a line for every result that has a published figure beside it."""
    columns = ["recipe", "measured", "published", "difference", "verdict"]
    rows = []
    for recipe in _recipes():
        result = recorded(recipe)
        if result and isinstance(recipe.published, Published):
            rows.append(_compared(recipe, result))
    return markdown([[*columns, "training"], *rows])


def _recipes() -> list[Recipe]:
    families = recipes.families().values()
    return [recipe for family in families for recipe in family]


def _row(recipe: Recipe) -> list[str]:
    measured, versus = ["not run here", "", "", "", "", ""], ["", ""]
    result = recorded(recipe)
    if result is not None:
        measured = _measured(result)
        versus = _versus(recipe, result)
    nats, bits_per_dim, *cost = measured
    return [
        f"`{recipe.name}`",
        recipe.model,
        recipe.dataset,
        nats,
        bits_per_dim,
        str(recipe.published),
        *versus,
        *cost,
    ]


def _compared(recipe, result) -> list[str]:
    test = result["test"]
    measured = f"{recipe.published.measured(test):.2f}"
    if recipe.published.unit == "nats":
        measured += f" ± {test['standard_error']:.2f}"
    return [
        f"`{recipe.name}`",
        measured,
        str(recipe.published),
        *_versus(recipe, result),
        f"{result['train_seconds']:,.0f} s",
    ]


def _versus(recipe, result) -> list[str]:
    """Returns the difference from the published figure, and the verdict."""
    if not isinstance(recipe.published, Published):
        return ["", ""]
    test = result["test"]
    difference = recipe.published.difference(test)
    return [f"{difference:+.2f}", recipe.published.verdict(test)]


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
