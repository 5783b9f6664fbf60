"""`tfar recipes`: a list of the recipes."""

import argparse

from .. import recipes
from ..reports.table import aligned

_COLUMNS = ("name", "model", "dataset", "published", "measured", "cost")


def add_arguments(parser: argparse.ArgumentParser):
    """Adds nothing: the subcommand takes no arguments."""


def run(arguments: argparse.Namespace):
    """List the recipes with their published and measured results."""
    families = recipes.families()
    rows = [_COLUMNS]
    for family in families.values():
        rows += [[getattr(recipe, c) for c in _COLUMNS] for recipe in family]
    print(aligned(rows))
    several = [name for name, family in families.items() if len(family) > 1]
    print(f"names of families, for all of theirs: {', '.join(several)}")
