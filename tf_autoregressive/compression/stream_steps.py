"""The steps of sequences without an end, whose state can be put aside.

Shapes: R rows side by side, S values of a site, N sites of a step.
"""

import math
from typing import Any

import tensorflow as tf

from tf_autoregressive.models.sequence_model import SequenceModel
from tf_autoregressive.sampling.stepwise import NEW_BLOCK
from tf_autoregressive.sampling.stepwise import Cursor
from tf_autoregressive.sampling.stepwise import Stepwise


def can_stream(model: Any) -> bool:
    """Returns whether a model goes on without an end, and without a context."""
    return (
        isinstance(model, SequenceModel)
        and model.max_steps is None
        and not model.context.expected
    )


class StreamSteps(Stepwise):
    """Moves the cursors of sequences that go on for as long as one likes.

    The steps are those of a walk through an event, but no position is the last.
    Between two sections the state is a list of tensors, which can be stored.

    Args:
        model: A model that `can_stream`.
        num_rows: `R`.
    """

    def __init__(self, model: Any, num_rows: int) -> None:
        super().__init__(model)
        self.num_positions = math.inf
        self.sites_of_a_step = model.num_sites // model.event_shape[0]
        self.num_rows = num_rows
        # A graph knows which axes may grow.
        self._first = tf.function(
            lambda: model.init_cache(num_rows, context=None, member=0),
            autograph=False,
        ).get_concrete_function()
        self._nest = self._first.structured_outputs
        self._opening = tf.function(
            self._opened,
            autograph=False,
            input_signature=[
                tf.TensorSpec([], tf.int32),
                *(
                    tf.TensorSpec(tensor.shape, tensor.dtype)
                    for tensor in tf.nest.flatten(self._nest)
                ),
            ],
        )

    def section_steps(self, at_least: int) -> int:
        """Returns a number of steps that ends with a block of the model."""
        block = math.lcm(self.block_size, self.sites_of_a_step)
        block_steps = block // self.sites_of_a_step
        return -(-at_least // block_steps) * block_steps

    def first_state(self) -> list[tf.Tensor]:
        """Returns the state before the first step."""
        return tf.nest.flatten(self._first())

    def opened(self, state: list[tf.Tensor], rank: int) -> Cursor:
        """Returns the cursor at the first position of a section.

        Args:
            state: From `first_state` or `closed`.
            rank: Number of the sites of a row before it.
        """
        return self._in_new_block(
            self._opening(tf.constant(rank), *state), rank
        )

    def closed(self, cursor: Cursor, value: tf.Tensor) -> list[tf.Tensor]:
        """Returns the state behind the last position of a section.

        Args:
            cursor: The cursor at this position.
            value: The values there, `[R]` or `[R, S]`.
        """
        arguments = cursor.state, value, tf.constant(cursor.rank)
        return self._run("close", self._closed, *arguments)

    # The methods below run in graphs.

    def _opened(self, rank, *state):
        cache = tf.nest.pack_sequence_as(self._nest, state)
        block = rank // self.block_size
        cache = self.model.begin_block(cache, block)
        return self._packed({"members": [cache]}, NEW_BLOCK)

    def _closed(self, state, value, rank):
        state = self._observed(0, state, value, rank)
        block = rank // self.block_size
        closed = self.model.end_block(state["members"][0], block)
        return tf.nest.flatten(closed)
