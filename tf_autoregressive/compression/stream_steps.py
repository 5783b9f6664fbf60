"""The steps of sequences without an end, whose state can be put aside.

Shapes: R rows side by side.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.sampling import callbacks
from tf_autoregressive.sampling.chosen import choose_sites
from tf_autoregressive.sampling.members import Members


def can_stream(model: Any) -> bool:
    """Returns whether a model goes on without an end, and without a context."""
    return (
        isinstance(model, SequenceModel)
        and model.max_steps is None
        and not model.context.expected
    )


class StreamSteps:
    """The steps of sequences that go on for as long as one likes.

    Between two sections the state is a list of tensors, which can be stored.

    Args:
        model: A model that `can_stream`.
        num_rows: `R`.
    """

    def __init__(self, model: Any, num_rows: int) -> None:
        self.model, self.num_rows = model, num_rows
        self._steps = Members(model, 0)
        self.sites_of_a_step = model.num_sites // model.event_shape[0]
        # A graph knows which axes may grow.
        self._first = tf.function(
            lambda: self._steps.init_cache(num_rows, None), autograph=False
        ).get_concrete_function()
        self._nest = self._first.structured_outputs
        self._section = tf.function(
            self._coded,
            autograph=False,
            input_signature=[
                tf.TensorSpec([], tf.int64),
                tf.TensorSpec([], tf.int32),
                *(
                    tf.TensorSpec(tensor.shape, tensor.dtype)
                    for tensor in tf.nest.flatten(self._nest)
                ),
            ],
        )

    def section_steps(self, at_least: int) -> int:
        """Returns a number of steps that ends with a block of the model."""
        block = math.lcm(self._steps.block_size, self.sites_of_a_step)
        block_steps = block // self.sites_of_a_step
        return -(-at_least // block_steps) * block_steps

    def first_state(self) -> list[tf.Tensor]:
        """Returns the state before the first step."""
        return tf.nest.flatten(self._first())

    def code_section(
        self,
        code: Callable[..., np.ndarray],
        state: list[tf.Tensor],
        num_sites: int,
    ) -> list[tf.Tensor]:
        """Returns the state behind a section, whose values a function chooses.

        Args:
            code: As `Stepwise.code` takes it.
            state: From `first_state` or from here.
            num_sites: Number of the sites of a row in the section.
        """
        with callbacks.numbered(code) as number:
            return self._section(number, tf.constant(num_sites), *state)

    def _coded(self, number, num_sites, *state):
        cache = tf.nest.pack_sequence_as(self._nest, state)
        cache = choose_sites(self._steps, number, num_sites, cache)
        return tf.nest.flatten(cache)
