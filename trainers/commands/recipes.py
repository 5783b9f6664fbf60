"""`tfar recipes`: a list of the recipes, or all about some of them."""

import argparse
import itertools
import textwrap

from .. import recipes
from ..recipe import Recipe
from ..reports.by_data import Entry
from ..reports.by_data import by_data
from ..reports.duration import duration
from ..reports.records import recorded
from ..reports.summary import score_text
from ..reports.table import aligned


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the names of recipes."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="RECIPE",
        help="a recipe, or a family of them, to say all about; without one, "
        "all recipes are listed by their data",
    )


def run(arguments: argparse.Namespace) -> None:
    """List the recipes with their published and measured results."""
    if arguments.names:
        chosen = [recipes.find(name) for name in arguments.names]
        print("\n\n".join(map(_about, itertools.chain(*chosen))))
        return
    families = recipes.families()
    print(_listed(itertools.chain(*families.values())))
    several = [name for name, family in families.items() if len(family) > 1]
    print("Names of families stand for all of theirs:")
    print(textwrap.fill(", ".join(several), 79))
    print("all about one, the sources of figures too: tfar recipes RECIPE")


def _listed(listed) -> str:
    """Returns a row for each recipe, under the name and unit of its data."""
    rows: list[tuple[str, ...]] = []
    for data in by_data(listed):
        rows.append((data.title, "published", "measured", "time"))
        rows += map(_row, data.entries)
        rows.append(("",) * 4)
    return aligned(rows)


def _row(entry: Entry) -> tuple[str, ...]:
    if entry.result is None:
        return entry.recipe.name, entry.published, "not run here", ""
    time = duration(entry.result["train_seconds"])
    return entry.recipe.name, entry.published, entry.measured, time


def _about(recipe: Recipe) -> str:
    options = (f"{k}={v!r}" for k, v in recipe.model_options.items())
    facts = {
        "paper": recipe.paper,
        "data": recipe.dataset,
        "model": f"{recipe.model}({', '.join(options)})",
        "published": str(recipe.published),
        "measured": "not run here",
    }
    result = recorded(recipe)
    if result is not None:
        facts["measured"] = score_text(result["test"])
        cores = result["machine"]["cores"]
        facts["trained in"] = (
            f"{duration(result['train_seconds'])} (cores: {cores})"
        )
    facts["train it"] = f"tfar train {recipe.name}"
    lines = itertools.starmap(_fact, facts.items())
    return "\n".join([recipe.name, *lines])


def _fact(name: str, text: str) -> str:
    return textwrap.fill(
        text,
        79,
        initial_indent=f"  {name + ':':<12} ",
        subsequent_indent=" " * 15,
        break_on_hyphens=False,
    )
