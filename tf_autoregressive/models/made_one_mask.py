"""Draws from MADE with one mask, whose units are sorted by blocks of positions.

A hidden unit of degree `m` is finished with the block that holds position `m`,
the first one to use it. What a block reads is then a few slices of the weights.

Shapes: B batch, P parameters per dimension, U units of a layer.
"""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.block_kernel import BlockKernel
from tf_autoregressive.layers.block_kernel import sorted_weights
from tf_autoregressive.layers.unit_blocks import unit_blocks
from tf_autoregressive.types import State


class OneMask:
    """The steps of a MADE with one mask.

    Args:
        model: A `MADE`.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def _unit_blocks(self):
        """Returns the units of each layer by block: event, hidden, outputs."""
        model = self.model
        num_blocks = -(-model.num_dims // model.block_size)
        readers = [*model.hidden_layers, model.output_layer]
        positions = [layer.in_degrees for layer in readers]
        # Degrees of the event count from 1: the dimension of rank `r` has
        # degree `r + 1`, and belongs to the block in which it is drawn.
        positions[0] = positions[0] - 1
        positions.append(model.output_layer.out_degrees - 1)
        return [
            unit_blocks(layer, model.block_size, num_blocks)
            for layer in positions
        ]

    def _connections(self):
        """Returns `(layer, sources, targets)` of every masked layer.

        The direct connections, which read the event, come last.
        """
        model, blocks = self.model, self._unit_blocks()
        layers = [*model.hidden_layers, model.output_layer]
        connections = list(zip(layers, blocks[:-1], blocks[1:], strict=True))
        if model.direct_layer is not None:
            connections.append((model.direct_layer, blocks[0], blocks[-1]))
        return connections

    def init_cache(
        self,
        batch_size: int | tf.Tensor,
        shifts: Mapping[str, tf.Tensor],
        member: int | tf.Tensor,
    ) -> State:
        """Returns the cache of an empty history.

        Args:
            batch_size: `B`.
            shifts: The context's shift of each layer, `[B, U]` or `None`.
            member: Index of the mask.
        """
        connections = self._connections()
        return {
            "member": tf.convert_to_tensor(member),
            "weights": [
                sorted_weights(layer, sources, targets, member, shift)
                for (layer, sources, targets), shift in zip(
                    connections, [*shifts, None], strict=False
                )
            ],
            "units": [
                tf.zeros([blocks.size, batch_size])
                for blocks in self._unit_blocks()[:-1]
            ],
        }

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        """Returns the state of a block: the sums from earlier units."""
        kernels = [
            BlockKernel(sources, targets, cache["member"], kernel, bias)
            for (_, sources, targets), (kernel, bias) in zip(
                self._connections(), cache["weights"], strict=True
            )
        ]
        # Direct connections, if there are some, read the event like the first
        # layer.
        units = [*cache["units"], cache["units"][0]][: len(kernels)]
        earlier = [
            kernel.from_earlier(block, read)
            for kernel, read in zip(kernels, units, strict=True)
        ]
        within = [kernel.within(block) for kernel in kernels]
        if self.model.direct_layer is not None:
            # Both end in the parameters, so their sums from earlier blocks are
            # one.
            earlier[-2] += earlier[-1]
        return {
            "cache": cache,
            "earlier": earlier,
            "within": within,
            "drawn": tf.zeros(
                [kernels[0].sources.width, tf.shape(earlier[0])[1]]
            ),
        }

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        """Returns the parameters `[B, P]` at a position."""
        width = self.model.output_distribution.num_parameters

        def rows(tensor):
            return tf.slice(tensor, [position.offset * width, 0], [width, -1])

        output = len(self.model.hidden_layers)
        parameters = rows(state["earlier"][output]) + tf.matmul(
            rows(state["within"][output]), self._activations(state)[-1]
        )
        if self.model.direct_layer is not None:
            parameters += tf.matmul(
                rows(state["within"][output + 1]), state["drawn"]
            )
        return tf.transpose(parameters)

    def _activations(self, state):
        """Returns the inputs of each layer in the block, as far as known."""
        # A unit that misses some of its inputs comes out wrong here. Nothing
        # reads it before they are there, because the masks of later layers hide
        # it.
        activations = [state["drawn"]]
        for index in range(len(self.model.hidden_layers)):
            total = state["earlier"][index] + tf.matmul(
                state["within"][index], activations[-1]
            )
            activations.append(self.model.activation(total))
        return activations

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        """Returns the state with the scaled values `[1, B]` of a position."""
        drawn = tf.tensor_scatter_nd_update(
            state["drawn"], [[position.offset]], value
        )
        return {**state, "drawn": drawn}

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        """Returns the cache with the units that the block has finished."""
        cache = state["cache"]
        units = [
            blocks.store(stored, cache["member"], block, new)
            for blocks, stored, new in zip(
                self._unit_blocks()[:-1],
                cache["units"],
                self._activations(state),
                strict=True,
            )
        ]
        return {**cache, "units": units}
