"""Fingerprints of models: what both sides must have in common."""

import hashlib
import json
from typing import Any

import keras
import numpy as np

from tf_autoregressive.models.base import AutoregressiveModel


def fingerprint(model: Any) -> str:
    """Returns 64 bits of the SHA-256 of a configuration and its weights.

    They are 16 hexadecimal digits. The name of the model has no part in them,
    nor has the precision that it computes in: a reloaded model has the same.
    """
    others = ("name", "dtype")
    config = {k: v for k, v in model.get_config().items() if k not in others}
    name = keras.saving.get_registered_name(type(model))
    digest = hashlib.sha256(json.dumps([name, config], default=repr).encode())
    arrays = [np.asarray(variable) for variable in model.weights]
    for array in [*arrays, *model.structure().values()]:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()[:16]


def block_sizes(model: Any) -> list[int | None]:
    """Returns the block size of a model, and then those of its parts."""
    parts = [
        layer.block_size
        for layer in model._flatten_layers(include_self=False)
        if isinstance(layer, AutoregressiveModel)
    ]
    return [model.block_size, *parts]
