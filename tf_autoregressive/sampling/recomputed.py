"""The steps of a model by its whole network, without anything incremental.

Shapes: B batch, N positions (sites of the output distribution), S event
dimensions per position, P parameters per position.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.types import State


class Recomputed:
    """The steps of a model by its whole network, the reference of all others.

    It returns what the model's own `step` would return, if it has one.

    Args:
        model: An `AutoregressiveModel`.
    """

    block_size = None
    num_lanes = 1
    unrolls_blocks = False
    # It takes an ordering, because it has to know in which order the values
    # come.
    any_order = True

    def __init__(self, model: Any) -> None:
        self.model = model
        self.weights = model.weights
        self.output_distribution = model.output_distribution

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        *,
        context: Any,
        member: int | tf.Tensor,
        ordering: Any,
    ) -> State:
        """Returns events without values, and what the network is given."""
        num_sites = self.model.num_sites
        cache = {
            "events": tf.zeros(
                [batch_size, num_sites, self.output_distribution.num_dims]
            ),
            "sites": tf.broadcast_to(ordering, [batch_size, num_sites]),
            "member": tf.convert_to_tensor(member),
        }
        return cache if context is None else {**cache, "context": context}

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        """Returns the cache: there is one block."""
        return cache

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        """Returns the parameters `[B, P]` at a rank, and the state."""
        model, output = self.model, self.output_distribution
        batch_size = tf.shape(state["sites"])[0]
        conditions = {"ordering": state["sites"]} if model.any_order else {}
        events = tf.reshape(state["events"], [batch_size, *model.event_shape])
        parameters = model.network(
            output.network_input(events),
            context=state.get("context"),
            member=state["member"],
            training=False,
            **conditions,
        )
        parameters = tf.reshape(
            parameters, [batch_size, model.num_sites, output.num_parameters]
        )
        site = state["sites"][:, position.rank]
        return tf.gather(parameters, site, batch_dims=1), state

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        """Returns the state with the values `[B, S]` in the events."""
        site = state["sites"][:, position.rank]
        here = tf.range(self.model.num_sites) == site[:, None]
        events = tf.where(here[..., None], value[:, None], state["events"])
        return {**state, "events": events}

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        """Returns the state: there is one block."""
        return state
