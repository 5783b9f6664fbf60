"""Fingerprints of models: what both sides must have in common."""

import hashlib
import json
from typing import Any

import keras
import numpy as np


def fingerprint(model: Any) -> str:
    """Returns the SHA-256 of a model's configuration and weights, 64 digits.

    The name of the model has no part in it: a reloaded model has the same.
    """
    config = {k: v for k, v in model.get_config().items() if k != "name"}
    name = keras.saving.get_registered_name(type(model))
    digest = hashlib.sha256(json.dumps([name, config], default=repr).encode())
    arrays = [np.asarray(variable) for variable in model.weights]
    for array in [*arrays, *model.structure().values()]:
        digest.update(f"{array.dtype} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
