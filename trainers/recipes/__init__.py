"""The recipes: one short file for a published result, or for a family of them.

A file defines `RECIPE`, named like the file, or `RECIPES` for a family, whose
file name then stands for all of them: `tfar train fvsbn_binary_uci`.

A name is the model's, or that of its recurrence; then, if the model has several
recipes for the data, what sets this one apart, a number with its unit; then the
data's: `made_500units_binarized_mnist`.
"""

import importlib
import pkgutil

from tf_autoregressive.suggestions import closest

from ..errors import UsageError
from ..recipe import Recipe

# Names that recipes once had.
RENAMED = {
    "cnn_jsb_chorales": "char_cnn_jsb_chorales",
    "cnn_nottingham": "char_cnn_nottingham",
    "diagonal_bilstm_7_binarized_mnist": (
        "diagonal_bilstm_7layers_binarized_mnist"
    ),
    "lstm_jsb_chorales": "char_rnn_jsb_chorales",
    "lstm_nottingham": "char_rnn_nottingham",
    "made_16masks_binary_uci": "made_masks_binary_uci",
    "made_16masks_dna": "made_masks_dna",
    "made_16masks_mushrooms": "made_masks_mushrooms",
    "made_16masks_nips_0_12": "made_masks_nips_0_12",
    "made_500_binarized_mnist": "made_500units_binarized_mnist",
    "made_8000_binarized_mnist": "made_8000units_binarized_mnist",
    "multi_scale_small_cifar10": "multi_scale_pixel_rnn_small_cifar10",
}


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
        UsageError: If there is neither. The message names the new name of a
            recipe that was renamed, or the closest match and all that there
            are.
    """
    if name in RENAMED:
        raise UsageError(
            f"The recipe {name!r} is called {RENAMED[name]!r} now."
        )
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
