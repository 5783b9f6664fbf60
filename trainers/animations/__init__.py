"""Animations of models at work, one kind a module.

A module has `frames(model, asked)`, which returns the frames of an animation,
uint8 `[H, W, 3]`. They follow from the model and the seed alone, so the same
command writes the same pictures.
"""

from . import completions
from . import drawing
from . import receptive_field
from . import text

KINDS = {
    "drawing": drawing,
    "completions": completions,
    "receptive-field": receptive_field,
    "text": text,
}
