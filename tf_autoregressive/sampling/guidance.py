"""Guidance: the steps of a model for contexts and for the empty one at once.

Shapes: B batch, N positions, S event dimensions per position.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.types import State


class Guided:
    """The steps of a model on a batch of `2 * B`, of which `B` are drawn.

    The second half has the values of the first and the empty context. `step`
    returns the parameters of both, which `SamplingOptions.tempered` combines.

    Args:
        steps: A model with `step` and `observe`, or a `Recomputed` one.
    """

    def __init__(self, steps: Any) -> None:
        self.steps = steps
        self.weights = steps.weights
        self.output_distribution = steps.output_distribution
        self.block_size = steps.block_size
        self.num_lanes = steps.num_lanes
        self.unrolls_blocks = steps.unrolls_blocks
        self.any_order = steps.any_order

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        member: int | tf.Tensor,
        **conditions: Any,
    ) -> State:
        """Returns the cache of an empty history.

        Args:
            batch_size: `B`.
            member: Index of the ensemble member, or one for each, `[B]`.
            **conditions: `context`, encoded, `[2 * B, ...]`, and for those that
                take any order an `ordering`, `[N]` or `[B, N]`.
        """
        if "ordering" in conditions:
            conditions["ordering"] = _twice(conditions["ordering"], rank=2)
        return self.steps.init_cache(
            2 * batch_size, member=_twice(member, rank=1), **conditions
        )

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        """Returns the state of a block, as the model does."""
        return self.steps.begin_block(cache, block)

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        """Returns the parameters `[2 * B, P]` of a position, and the state."""
        return self.steps.step(state, position)

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        """Returns the state after the event values `[B, S]`."""
        return self.steps.observe(state, position, tf.tile(value, [2, 1]))

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        """Returns the cache at the end of a block, as the model does."""
        return self.steps.end_block(state, block)


def _twice(tensor, rank):
    """Returns what has an entry for each example, which gives it this rank."""
    tensor = tf.convert_to_tensor(tensor)
    if tensor.shape.rank < rank:
        return tensor
    return tf.concat([tensor, tensor], axis=0)
