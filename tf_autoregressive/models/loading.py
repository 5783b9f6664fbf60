"""The way in for models that are stored in files.

Keras builds the model that a configuration describes before it looks at the
weights beside it. A small file could so ask for all memory there is.
"""

import json
import math
import os
import pathlib
import zipfile
from collections.abc import Iterator
from typing import Any

import keras

from tf_autoregressive.arguments import is_integer
from tf_autoregressive.models.building import no_more_weights_than
from tf_autoregressive.models.likelihood_model import LikelihoodModel
from tf_autoregressive.types import Path

_WEIGHTS = "model.weights.h5"
# Bytes that members may have beyond twice the size of the file. Keras does not
# compress them.
_UNPACKED = 2**26
# Entries of the arrays that a model makes as long as an event or a layer.
_LARGEST = 2**24
# Bytes of a file of weights that the groups of one layer take at least.
_BYTES_OF_A_LAYER = 1024
# Ends of the names of integers that may be as large as they like.
_NOT_SIZES = ("seed", "shared_object_id")
_MEMBERS = ("num_masks", "num_orderings")
# Ends of the names of sizes that are an axis of weights.
_AXES = ("units", "filters", "num_classes", "num_components", "embedding_size")
_LAYERS = ("num_blocks", "num_layers", "num_resolutions", "num_stacks")
# Names of lists with an entry for each layer.
_OF_LAYERS = ("dilations", "units")


def load_model(path: Path) -> LikelihoodModel:
    """Returns the model of a `.keras` file, which anyone may have written.

    It runs no code of the file, and the weights that it makes take no more
    bytes than the stored ones, nor any array more than 2**24 entries.
    `keras.saving.load_model` has no such limits.

    Args:
        path: The file, or a directory with what would be in it, as Keras
            writes one with `zipped=False`.

    Raises:
        ValueError: If it cannot be read, is damaged, asks for more than that,
            or does not hold a model of log-probabilities.
    """
    path = pathlib.Path(path)
    # Keras says that such a file was not found.
    if not (path.is_dir() or zipfile.is_zipfile(path)):
        raise ValueError(
            f"{path} cannot be loaded: it is missing or not whole."
        )
    try:
        size, config = _stored(path)
        _check_configuration(config, size)
        with no_more_weights_than(size):
            model = keras.saving.load_model(path)
    # A file that somebody else wrote can make Keras raise anything.
    except Exception as error:
        raise ValueError(
            f"{path} cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(model, LikelihoodModel):
        raise ValueError(
            f"{path} cannot be loaded: it holds a {type(model).__name__}, "
            "which has no log_prob."
        )
    return model


def _stored(path):
    """Returns the bytes of a model's weights, and its configuration."""
    if path.is_dir():
        text = (path / "config.json").read_text(encoding="utf-8")
        return os.path.getsize(path / _WEIGHTS), json.loads(text)["config"]
    size = os.path.getsize(path)
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(member.file_size for member in archive.infolist())
        if unpacked > 2 * size + _UNPACKED:
            raise ValueError(
                f"a file of {size} bytes may unpack to {2 * size + _UNPACKED}. "
                f"Received: {unpacked}"
            )
        weights = archive.getinfo(_WEIGHTS).file_size
        return weights, json.loads(archive.read("config.json"))["config"]


def _check_configuration(config, size):
    sizes = list(_sizes(config))
    num_dims = _product(sizes, ("event_shape",))
    largest = max(num_dims, *(number for _, number in sizes), 0)
    entries = _product(sizes, _MEMBERS) * largest
    if entries > _LARGEST:
        raise ValueError(
            f"its configuration may ask for arrays of {_LARGEST} entries. "
            f"Received: {entries}"
        )
    # Layers may make lists of their units before they make weights.
    widest = max((n for name, n in sizes if name.endswith(_AXES)), default=0)
    if widest > size:
        raise ValueError(
            f"{size} bytes of weights may have an axis of {size}. Received: "
            f"{widest}"
        )
    names = [name for name, _ in sizes]
    listed = max(1, *(names.count(name) for name in _OF_LAYERS))
    layers = _product(sizes, _LAYERS) * listed
    if layers > max(size // _BYTES_OF_A_LAYER, 1):
        raise ValueError(
            f"{size} bytes of weights may be those of "
            f"{size // _BYTES_OF_A_LAYER} layers. Received: {layers}"
        )


def _product(sizes, names):
    return math.prod(number for name, number in sizes if name in names)


def _sizes(config: Any, name: str = "") -> Iterator[tuple[str, int]]:
    """Yields the sizes in a configuration with their names."""
    if isinstance(config, dict):
        for key, value in config.items():
            yield from _sizes(value, key)
    elif isinstance(config, list):
        for value in config:
            yield from _sizes(value, name)
    elif is_integer(config) and not name.endswith(_NOT_SIZES):
        yield name, config
