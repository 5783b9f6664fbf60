"""What a pixel sees of an image, growing with the depth of the model."""

from typing import Any

import numpy as np

from tf_autoregressive import plots
from tf_autoregressive.dependencies import find_dependencies
from tf_autoregressive.plots.grids import UNKNOWN

from ..errors import UsageError
from ..tensorflow_log import without_warnings
from . import growing
from .asked import Asked
from .lettering import captioned

_SEEN, _POSITION, _UNSEEN = (33, 145, 140), growing.NEXT, (240, 240, 240)
_DEPTHS = ("num_blocks", "num_layers")
# A dependence can hide behind the random weights of one model.
_MODELS = 2


def frames(model: Any, asked: Asked) -> list[np.ndarray]:
    """Returns what the centre depends on in models of 1, 2, ... layers.

    They have the settings of the model but for the number of its layers, or
    blocks, and random weights. Colours: the pixel, orange; what it sees, green;
    what comes earlier and is not seen, white; what comes later, grey.

    Raises:
        UsageError: If the model has no images, or no number of layers.
    """
    config = model.get_config()
    setting = next(filter(config.__contains__, _DEPTHS), None)
    if not plots.is_image_shape(model.event_shape) or setting is None:
        raise UsageError(
            "This animation needs a model of images with one of the settings "
            f"{', '.join(_DEPTHS)}. Received: {type(model).__name__} of events "
            f"{model.event_shape}"
        )
    depths = range(1, config[setting] + 1)
    with without_warnings():
        fields = [
            _seen(model, {**config, setting: depth}, asked.seed)
            for depth in depths
        ]
    word = setting.removeprefix("num_")
    return [
        captioned(growing.framed(field[None], 1), f"{word}: {depth}")
        for field, depth in zip(fields, depths, strict=True)
    ]


def _seen(model, config, seed):
    """Returns the colours `[H, W, 3]` of what a model of a config sees."""
    import keras

    height, width, _ = model.event_shape
    centre = (height // 2, width // 2, 0)[: len(model.site_shape)]
    depends = np.zeros(model.event_shape, dtype=bool)
    for draw in range(_MODELS):
        keras.utils.set_random_seed(seed + draw)
        shallow = type(model).from_config(config)
        found = find_dependencies(shallow, [centre], num_probes=4)
        depends |= found.depends[:, 0].any(axis=0)
    earlier = found.earlier[:, 0].any(axis=0).any(axis=-1)
    colours = np.full((height, width, 3), UNKNOWN, dtype="uint8")
    colours[earlier] = _UNSEEN
    colours[depends.any(axis=-1)] = _SEEN
    colours[centre[:2]] = _POSITION
    return colours
