"""The recipes: one short file for a published result, or for a family of them.

A file defines `RECIPE`, named like the file, or `RECIPES` for a family, whose
file name then stands for all of them: `tfar train fvsbn_binary_uci`.
"""

import importlib
import pkgutil

from ..errors import UsageError
from ..overrides import closest
from ..recipe import Recipe


def families() -> dict[str, list[Recipe]]:
    """Returns the recipes of every file, by the file's name, in order."""
    found = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f".{module_info.name}", __name__)
        single = getattr(module, "RECIPE", None)
        found[module_info.name] = list(getattr(module, "RECIPES", [single]))
    return found


def find(name: str) -> list[Recipe]:
    """Returns the recipe of that name, or all recipes of the family.

    Raises:
        UsageError: If there is neither, naming the closest match and all that
            there are.
    """
    by_family = families()
    by_name = {
        recipe.name: [recipe]
        for recipes in by_family.values()
        for recipe in recipes
    }
    by_name.update(by_family)
    if name not in by_name:
        raise UsageError(
            f"There is no recipe {name!r}.{closest(name, by_name)} "
            f"Recipes: {', '.join(sorted(by_name))}"
        )
    return by_name[name]
