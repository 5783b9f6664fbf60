"""`--set key=value`: a recipe with some settings changed, or a clear error."""

import json
from typing import Any

import pydantic

from tf_autoregressive.suggestions import closest

from .errors import UsageError
from .recipe import SUMMARY_FIELDS
from .recipe import Recipe
from .recipe import explain

_OPTION_FIELDS = ("dataset_options", "model_options")


def with_overrides(recipe: Recipe, assignments: list[str]) -> Recipe:
    """Returns the recipe with every `key=value` applied, in order.

    A value is read as JSON (`5`, `1e-3`, `true`, `null`, `[500, 500]`), as a
    list of JSON values without the brackets (`500,500`), or else as text. A
    key is a field of `Recipe`, or `model_options.NAME` or
    `dataset_options.NAME`; those names are checked when the model is built
    and the data loaded.

    Raises:
        UsageError: If an assignment has no `=`, a key is unknown, or a value
            has the wrong type.
    """
    fields = recipe.model_dump()
    for assignment in assignments:
        key, separator, text = assignment.partition("=")
        if not separator:
            raise UsageError(
                f"--set needs key=value. Received: --set {assignment}"
            )
        _assign(fields, key.strip(), _value(text.strip()))
    try:
        return Recipe.model_validate(fields)
    except pydantic.ValidationError as error:
        raise UsageError(explain(error)) from error


def _assign(fields: dict[str, Any], key: str, value: Any):
    head, _, option = key.partition(".")
    if option and head in _OPTION_FIELDS:
        fields[head] = _merge(fields[head], option, value)
        return
    valid = [name for name in Recipe.model_fields if name not in SUMMARY_FIELDS]
    if key not in valid:
        shown = [f"{n}.NAME" if n in _OPTION_FIELDS else n for n in valid]
        raise UsageError(
            f"--set {key}: no such setting.{closest(key, valid)} "
            f"Valid settings: {', '.join(shown)}"
        )
    fields[key] = value


def _merge(options: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    # `units=500` for an option that is a tuple of numbers means one of them.
    if isinstance(options.get(name), tuple) and not isinstance(value, list):
        value = [value]
    return {**options, name: value}


def _value(text: str) -> Any:
    candidates = [text, f"[{text}]"] if "," in text else [text]
    for candidate in candidates:
        try:
            return json.loads(candidate)
        # The last is of text that opens thousands of brackets.
        except (ValueError, RecursionError):
            continue
    return text
