"""`tfar recipes`: a list of the recipes."""

import argparse

from .. import recipes
from ..recipe import Recipe
from ..reports.records import recorded
from ..reports.summary import score_text
from ..reports.table import aligned

_COLUMNS = ("name", "model", "dataset", "published", "measured", "cost")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds nothing: the subcommand takes no arguments."""


def run(arguments: argparse.Namespace) -> None:
    """List the recipes with their published and measured results."""
    families = recipes.families()
    rows: list[tuple[str, ...]] = [_COLUMNS]
    for family in families.values():
        rows += map(_row, family)
    print(aligned(rows))
    several = [name for name, family in families.items() if len(family) > 1]
    print(f"names of families, for all of theirs: {', '.join(several)}")


def _row(recipe: Recipe) -> tuple[str, ...]:
    result = recorded(recipe)
    measured, cost = "not run here", ""
    if result is not None:
        measured = score_text(result["test"])
        cores = result["machine"]["cores"]
        cost = f"{result['train_seconds']:,.0f} s (cores: {cores})"
    about = (recipe.name, recipe.model, recipe.dataset)
    return *about, str(recipe.published), measured, cost
