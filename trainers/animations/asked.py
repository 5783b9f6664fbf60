"""What is asked of an animation."""

import dataclasses
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class Asked:
    """What is asked of an animation, beside the model.

    Attributes:
        seed: Seed of the draws.
        known: Name of the part that completions are told.
        examples: Returns so many test examples, `[num, *event_shape]`.
    """

    seed: int
    known: str
    examples: Callable[[int], np.ndarray]
