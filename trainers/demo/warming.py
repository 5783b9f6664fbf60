"""Work that nobody has asked for yet, so that nobody has to wait for graphs."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import tabs
from .shown import Shown

# The first messages of an image that grows reach its second row, and so all
# graphs of a walk.
_FIRST_MESSAGES = 3


def works(shown: Shown) -> Iterator[Iterator[Any]]:
    """Yields pieces of work that trace what people ask for first."""
    names = tabs.offered(shown)
    # One graph serves all contexts.
    shown = shown.given(shown.some_context)
    for drawing in ({}, {"temperature": 0.9}):
        if "sample" in names:
            asked = tabs.sample.Asked(num=1, **drawing)
            yield tabs.sample.run(shown, asked)
        if "complete" in names:
            yield tabs.complete.run(shown, _completion(shown.model, drawing))
        for name in ("write", "music"):
            if name in names:
                module = tabs.ACTIONS[name]
                yield module.run(shown, module.Asked(steps=2, **drawing))
    # Its samples have their graphs by now, and its walk knows no options.
    if "draw" in names:
        steps = tabs.draw.run(shown, tabs.draw.Asked())
        yield itertools.islice(steps, _FIRST_MESSAGES)


def _completion(model, drawing):
    image = [0] * model.num_dims
    known = np.zeros(model.event_shape[:2], int).ravel().tolist()
    return tabs.complete.Asked(image=image, known=known, **drawing)
