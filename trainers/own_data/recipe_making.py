"""Recipes for a user's data, made from a model's name or another recipe."""

import re
from typing import Any

from ..errors import UsageError
from ..recipe import Recipe
from ..recipe import timed
from .loading import NAME
from .model_settings import check_fits
from .model_settings import output_options
from .model_settings import settings

_DEFAULT_SECONDS = 600.0
# Options of a recipe's model that follow from the data.
_OF_DATA = {
    *("num_classes", "context_shape", "variable_length", "distribution"),
    *("num_levels", "num_components"),
}


def made_recipe(
    base: Recipe | str,
    data: Any,
    options: dict[str, Any],
    seconds: float | None,
) -> Recipe:
    """Returns a recipe for a user's data.

    Args:
        base: The name of a model, which is then trained with the settings for
            such data; or a recipe, whose settings are kept but for those that
            follow from the data.
        data: The `tf_autoregressive.datasets.Dataset`.
        options: The options that it was loaded with, and its kind.
        seconds: Seconds of training; `None` for those of the recipe, or ten
            minutes.

    Raises:
        UsageError: If the model, or the recipe, is not for such data.
    """
    model = base if isinstance(base, str) else base.model
    check_fits(model, data.info)
    if isinstance(base, str):
        fields = settings(base, data.info, int(data.train.cardinality()))
        seconds = seconds or _DEFAULT_SECONDS
    else:
        _check_rows(base)
        fields = base.settings()
        fields["model_options"] = {
            name: value
            for name, value in fields["model_options"].items()
            if name not in _OF_DATA
        } | output_options(model, data.info)
    fields["model_options"] |= _context_options(data, options)
    name = re.sub(r"\W+", "_", data.info.name)
    about = {
        "name": f"{base if isinstance(base, str) else base.name}-{name}",
        "paper": "none" if isinstance(base, str) else base.paper,
        "published": "none on this data",
        "dataset": NAME,
        "dataset_options": options,
        "model": model,
    }
    return timed(Recipe(**fields | about), seconds)


def _check_rows(base: Recipe):
    if base.carried_rows:
        raise UsageError(
            "`carried_rows` is not for your own data, whose windows overlap. "
            f"Received: the recipe {base.name!r}"
        )


def _context_options(data, options) -> dict[str, Any]:
    """Returns the options of a model that is conditioned on the labels."""
    if not options.get("with_labels"):
        return {}
    shape = data.train.element_spec[1].shape
    if shape.rank:
        return {"context_shape": tuple(shape)}
    labels = data.train.map(lambda _, label: label).as_numpy_iterator()
    return {"num_classes": 1 + max(map(int, labels))}
