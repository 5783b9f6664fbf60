"""Names on the command line, which stand for a model or for recipes."""

from tf_autoregressive.suggestions import closest

from .. import recipes
from ..errors import UsageError
from ..recipe import Recipe
from .model_settings import MODELS


def model_named(name: str) -> str | None:
    """Returns the name of a model as it is written, or `None` if it is none.

    Args:
        name: The name in any case, with or without underscores.
    """
    models = {_plain(model): model for model in MODELS}
    return models.get(_plain(name))


def named(name: str) -> list[Recipe | str]:
    """Returns the name of a model as it is written, or recipes.

    Args:
        name: Name of a model, as `model_named` takes it; or of a recipe, or of
            a family of recipes.

    Raises:
        UsageError: If there is none. The message names the closest and all
            models, or the new name of a recipe that was renamed.
    """
    model = model_named(name)
    if model:
        return [model]
    families = recipes.families()
    known = [*families]
    known += [
        member.name for members in families.values() for member in members
    ]
    if name in known or name in recipes.RENAMED:
        return list(recipes.find(name))
    raise UsageError(
        f"There is no model or recipe {name!r}."
        f"{closest(name, [*MODELS, *known])} Models: "
        f"{', '.join(MODELS)}; recipes: see `tfar recipes`"
    )


def _plain(name: str) -> str:
    return name.lower().replace("_", "")
