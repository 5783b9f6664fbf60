"""The lengths of sequences, as what a model is conditioned on.

Shapes: B batch, T steps.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.models.context import Context
from tf_autoregressive.types import Array


class Lengths(Context):
    """A context that is the length of each sequence, an integer in `[0, T]`.

    Networks see which steps are part of the sequence: float32 `[B, T]`, 1 for
    steps before the length, 0 from there on.

    Args:
        num_steps: `T`, the length that sequences are padded to.
    """

    is_length = True
    _kind = "lengths"

    def __init__(self, num_steps: int) -> None:
        # Lengths are like labels: one integer an example.
        super().__init__(num_classes=num_steps + 1)
        self.num_steps = num_steps

    def get_config(self) -> dict[str, Any]:
        # `variable_length` makes this context, and not the arguments of others.
        return {**super().get_config(), "num_classes": None}

    @property
    def encoded_shape(self) -> tuple[int, ...] | None:
        return (self.num_steps,)

    def random(self, rng: Any, num_contexts: int) -> np.ndarray:
        # Lengths are full, because steps after an end depend on nothing and
        # show nothing.
        return np.full(num_contexts, self.num_steps)

    def encoded(
        self, context: Array | None, *, training: bool = False
    ) -> tf.Tensor:
        return tf.sequence_mask(context, self.num_steps, tf.float32)
