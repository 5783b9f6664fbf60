"""`tfar results`: the recorded results, on the terminal and in the pages."""

import argparse
import itertools

from .. import recipes
from ..reports import results_table
from ..reports.by_data import Entry
from ..reports.by_data import by_data
from ..reports.table import aligned


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds whether to write the pages."""
    parser.add_argument(
        "--write",
        action="store_true",
        help="write the tables into README.md and trainers/README.md of a "
        "clone instead of printing them",
    )


def run(arguments: argparse.Namespace) -> None:
    """Rank the recorded results on each data set, the best first."""
    if arguments.write:
        results_table.update()
        for path in results_table.pages():
            print(path)
        return
    print(_ranked())
    print("Lower is better; the last column is measured minus published.")
    print("all about one, the sources of figures too: tfar recipes RECIPE")


def _ranked() -> str:
    rows: list[tuple[str, ...]] = []
    families = recipes.families().values()
    for data in by_data(itertools.chain(*families)):
        ranked = data.ranked()
        if ranked:
            rows.append((data.title, "measured", "published", "apart"))
            rows += map(_row, ranked)
            rows.append(("",) * 4)
    return aligned(rows)


def _row(entry: Entry) -> tuple[str, ...]:
    return entry.recipe.name, entry.measured, entry.published, entry.difference
