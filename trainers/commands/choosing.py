"""The recipes that `tfar train` trains, and their data."""

import argparse
import dataclasses
from typing import Any

from .. import recipes
from ..errors import UsageError
from ..overrides import with_overrides
from ..own_data import Places
from ..own_data import load
from ..own_data.describing import described
from ..own_data.kind import FLAGS
from ..own_data.kinds import kind_of
from ..own_data.model_settings import model_for
from ..own_data.names import model_named
from ..own_data.names import named
from ..own_data.recipe_making import made_recipe
from ..precision import in_the_faster
from ..recipe import Recipe
from ..recipe import timed
from ..tensorflow_log import import_tensorflow


@dataclasses.dataclass(frozen=True)
class Chosen:
    """The recipes to train.

    Attributes:
        recipes: The recipes, with the changes of the command line.
        data_dir: Folder of their data, `None` if no place was named.
        dataset: Their `tf_autoregressive.datasets.Dataset`, if it is loaded.
        options: The options with which it was loaded.
    """

    recipes: list[Recipe]
    data_dir: str | Places | None = None
    dataset: Any = None
    options: dict[str, Any] | None = None

    def data_of(self, recipe: Recipe) -> Any:
        """Returns the `Data` of a recipe, `None` if it must be loaded."""
        if self.dataset is None or recipe.dataset_options != self.options:
            return None
        from ..data import Data

        return Data.of(self.dataset, recipe)


def chosen(arguments: argparse.Namespace) -> Chosen:
    """Returns the choice that the arguments of `tfar train` make.

    It prints what was understood of a user's own data.

    Raises:
        UsageError: If the data, a flag or a name cannot be used.
    """
    own = [*FLAGS, "validation", "test"]
    given = {name: getattr(arguments, name) for name in own}
    given["with_labels"] = True if given["with_labels"] else None
    given["columns"] = given["columns"] and dict(given["columns"])
    if arguments.data is not None:
        return _on_own_data(arguments, given)
    for name, value in given.items():
        if value is not None:
            flag = FLAGS.get(name, f"--{name}")
            raise UsageError(f"{flag} is for your own data: say --data PATH.")
    if not arguments.recipes:
        raise UsageError(
            "What to train is missing: a recipe, which `tfar recipes` lists, "
            "or your own data with --data PATH."
        )
    seconds = _seconds(arguments)
    return Chosen(
        [
            with_overrides(timed(recipe, seconds), arguments.assignments)
            for name in arguments.recipes
            for recipe in _published(name)
        ],
        arguments.data_dir,
    )


def _published(name):
    model = model_named(name)
    if model:
        raise UsageError(
            f"{model} is a model: say with --data what to train it on, or "
            "choose a recipe; `tfar recipes` lists them."
        )
    return recipes.find(name)


def _on_own_data(arguments, given) -> Chosen:
    if arguments.data_dir is not None:
        raise UsageError("--data-dir is for published data: leave it out.")
    bases = [base for name in arguments.recipes for base in named(name)]
    places = Places(
        arguments.data, given.pop("validation"), given.pop("test")
    ).absolute()
    places.checked()
    import_tensorflow()
    kind = kind_of(places)
    options = {"kind": kind.name} | kind.with_defaults(given)
    dataset = load(places, options)
    print(described(dataset.info), flush=True)
    bases = bases or [model_for(dataset.info)]
    made = [_made(base, dataset, options, arguments) for base in bases]
    return Chosen(
        [with_overrides(recipe, arguments.assignments) for recipe in made],
        places,
        dataset,
        made[0].dataset_options,
    )


def _made(base, dataset, options, arguments) -> Recipe:
    recipe = made_recipe(base, dataset, options, _seconds(arguments))
    # A published recipe keeps what it sets.
    if isinstance(base, Recipe):
        return recipe
    return in_the_faster(recipe, arguments.strategy)


def _seconds(arguments) -> float | None:
    return arguments.minutes and 60.0 * arguments.minutes
