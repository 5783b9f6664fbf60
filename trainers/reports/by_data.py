"""The recipes of each data set, and their scores in its unit."""

import dataclasses
import itertools
from collections.abc import Iterable
from operator import attrgetter
from operator import itemgetter
from typing import Any

from ..published import Published
from ..published import usual_unit
from ..recipe import Recipe
from .records import recorded


@dataclasses.dataclass(frozen=True)
class Entry:
    """A recipe and what is known about its score.

    Attributes:
        recipe: The recipe.
        result: Its recorded result, `None` if it was not run.
        unit: The unit of its data set, as the entry of a score that has it.
    """

    recipe: Recipe
    result: dict[str, Any] | None
    unit: str

    @property
    def published(self) -> str:
        """The published figure without its unit; "" where there is none."""
        figure = self.recipe.published
        return figure.number if isinstance(figure, Published) else ""

    @property
    def measured(self) -> str:
        """The recorded score without its unit; "" where there is none."""
        if self.result is None:
            return ""
        test = self.result["test"]
        text = f"{test[self.unit]:.2f}"
        if self.unit == "nats" and test["standard_error"] is not None:
            text += f" ± {test['standard_error']:.2f}"
        return text

    @property
    def difference(self) -> str:
        """The score minus the figure; "" where one is missing."""
        figure = self.recipe.published
        if self.result is None or not isinstance(figure, Published):
            return ""
        return f"{figure.difference(self.result['test']):+.2f}"


@dataclasses.dataclass(frozen=True)
class OnData:
    """The recipes of a data set.

    Attributes:
        dataset: Name of the data set.
        unit: The unit in which papers give scores on it.
        entries: Its recipes, in the order of their names.
    """

    dataset: str
    unit: str
    entries: list[Entry]

    @property
    def title(self) -> str:
        """The name with the unit, such as `cifar10 (bits/dim)`."""
        return f"{self.dataset} ({self.unit.replace('_per_', '/')})"

    def ranked(self) -> list[Entry]:
        """Returns the entries that have a result, the best first."""
        scored = [
            (entry.result["test"][self.unit], entry)
            for entry in self.entries
            if entry.result
        ]
        return [entry for _, entry in sorted(scored, key=itemgetter(0))]


def by_data(recipes: Iterable[Recipe]) -> list[OnData]:
    """Returns the data sets of recipes, in the order of their names."""
    in_order = sorted(recipes, key=attrgetter("dataset", "name"))
    return [
        _on_data(dataset, list(group))
        for dataset, group in itertools.groupby(in_order, attrgetter("dataset"))
    ]


def _on_data(dataset, recipes) -> OnData:
    results = [recorded(recipe) for recipe in recipes]
    unit = _unit(recipes, results)
    entries = [
        Entry(recipe, result, unit)
        for recipe, result in zip(recipes, results, strict=True)
    ]
    return OnData(dataset, unit, entries)


def _unit(recipes, results) -> str:
    """Returns the unit of the published figures, or else of the scores."""
    for recipe in recipes:
        if isinstance(recipe.published, Published):
            return recipe.published.unit
    return next((usual_unit(r["test"]) for r in results if r), "nats")
