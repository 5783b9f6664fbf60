"""The steps of ensemble members that are walked through side by side.

Shapes: B batch, S event dimensions per position, P parameters per position,
E ensemble members.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.sampling.ancestral import first_cache
from tf_autoregressive.sampling.recomputed import Recomputed
from tf_autoregressive.types import State


class Members:
    """The steps of one member of an ensemble, or those of the mixture of all.

    It has the methods of a model that draw, but that `step` returns the
    parameters of all members, and how probable each of them is by now.

    Args:
        model: An `AutoregressiveModel`.
        member: Index of the ensemble member whose conditionals they are;
            `None` for the mixture of all, which must have one ordering.
    """

    def __init__(self, model: Any, member: int | None) -> None:
        self.model = model
        one, all_of_them = [member], range(model.ensemble_size)
        self.members = all_of_them if member is None else one
        # A single row may stand for the ordering of all members.
        row = 0 if len(model.site_ordering) == 1 else self.members[0]
        self.ordering = model.site_ordering[row]
        self._steps = model if model.incremental else Recomputed(model)
        self.weights = model.weights
        self.block_size = self._steps.block_size or model.num_sites
        self.num_lanes = self._steps.num_lanes
        self.unrolls_blocks = self._steps.unrolls_blocks

    def init_cache(self, batch_size: int | tf.Tensor, context: Any) -> State:
        """Returns the cache of an empty history.

        Args:
            batch_size: `B`.
            context: Contexts `[B, ...]`, not encoded, or `None`.
        """
        encoded = self.model.context.encoded(context)
        members = [
            first_cache(
                self._steps,
                batch_size,
                context=encoded,
                member=member,
                ordering=tf.constant(self.ordering),
            )
            for member in self.members
        ]
        if len(members) == 1:
            return {"members": members}
        log_weights = tf.zeros([batch_size, len(members)])
        return {"members": members, "log_weights": log_weights}

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        """Returns the state of a block of positions."""
        begin = self._steps.begin_block
        members = [begin(member, block) for member in cache["members"]]
        return {**cache, "members": members}

    def step(self, state: State, position: Any) -> Any:
        """Returns what is known of the next values, and the state.

        Returns:
            conditionals: The parameters `[B, P]` and `None` for one member; for
                several `[B, E, P]`, and the log-probabilities `[B, E]` of the
                members given the values so far.
            state: As `observe` takes it.
        """
        stepped = [self._steps.step(m, position) for m in state["members"]]
        parameters, members = zip(*stepped, strict=True)
        state = {**state, "members": list(members)}
        if len(members) == 1:
            return (parameters[0], None), state
        state["parameters"] = tf.stack(parameters, axis=1)
        return (state["parameters"], state["log_weights"]), state

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        """Returns the state after the values `[B, S]`."""
        members = [
            self._steps.observe(m, position, value) for m in state["members"]
        ]
        if len(members) == 1:
            return {"members": members}
        output = self.model.output_distribution
        log_weights = tf.nn.log_softmax(
            state["log_weights"]
            + output.site_log_prob(state["parameters"], value[:, None])
        )
        return {"members": members, "log_weights": log_weights}

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        """Returns the cache after a block of positions."""
        end = self._steps.end_block
        members = [end(member, block) for member in state["members"]]
        return {**state, "members": members}
