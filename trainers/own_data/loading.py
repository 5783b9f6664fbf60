"""Loading of a user's data, as a recipe names it."""

import dataclasses
import hashlib
from typing import Any

from ..errors import UsageError
from .kinds import KINDS
from .places import Places

# The dataset's name in a recipe.
NAME = "own"


def load(places: Places, options: dict[str, Any]) -> Any:
    """Returns the `tf_autoregressive.datasets.Dataset` at these places.

    The hash of data with labels is that of events and labels.

    Args:
        places: The `Places` where it lies.
        options: The name of its kind, and the options of that.

    Raises:
        UsageError: If the data cannot be read, or is not of that kind.
    """
    given = dict(options)
    kind = KINDS.get(given.pop("kind", None))
    if kind is None:
        raise UsageError(
            f"`dataset_options.kind` must be one of {', '.join(KINDS)}. "
            f"Received: {options.get('kind')!r}"
        )
    try:
        dataset = kind.load(places.checked(), **kind.with_defaults(given))
    except UsageError:
        raise
    except (ImportError, OSError, ValueError) as error:
        message = str(error)
        if places.data not in message:
            message = f"{places.data}: {message}"
        raise UsageError(message) from error
    return _hashed_with_labels(dataset) if given.get("with_labels") else dataset


def _hashed_with_labels(dataset):
    digest = hashlib.sha256(dataset.info.sha256.encode())
    for split in (dataset.train, dataset.validation, dataset.test):
        for _, label in split.as_numpy_iterator():
            digest.update(label.tobytes())
    info = dataclasses.replace(dataset.info, sha256=digest.hexdigest())
    return dataclasses.replace(dataset, info=info)
