"""A piece of music, as notes to hear and to see."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pydantic

from ...media import Music
from ..drawing import Drawing
from ..shown import Shown

__all__ = ["Asked", "offered", "run"]

# The key of a piano that the first of 88 notes is, in MIDI's numbers.
_LOWEST, _KEYS = 21, 88


class Asked(Drawing):
    """A number of steps."""

    steps: int = pydantic.Field(64, ge=1, le=1000)


def offered(shown: Shown) -> bool:
    """Returns whether the model draws the keys of a piano, step by step."""
    model = shown.model
    return (
        isinstance(shown.medium, Music)
        and model.event_shape[1:] == (_KEYS,)
        and model.num_levels == 2
        and hasattr(model, "generate")
        and (model.variable_length or not model.context.expected)
    )


def run(shown: Shown, asked: Asked) -> Iterator[dict[str, Any]]:
    """Yields the notes of each step, in MIDI's numbers.

    They are those that `model.generate` returns, or `model.sample` for the
    length if the model draws pieces of the lengths in its context.
    """
    model = shown.model
    if model.variable_length:
        steps = min(asked.steps, model.event_shape[0])
        drawn = model.sample(1, context=steps, **asked.options())[:, :steps]
        yield _notes(drawn[0], 0)
        return
    chunks = model.stream(1, asked.steps, **asked.options())
    start = 0
    for chunk in chunks:
        yield _notes(chunk[0], start)
        start += chunk.shape[1]


def _notes(roll, start):
    notes = [(_LOWEST + np.flatnonzero(step)).tolist() for step in roll.numpy()]
    return {"start": start, "notes": notes}
