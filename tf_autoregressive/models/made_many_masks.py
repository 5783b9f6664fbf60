"""Draws from an ensemble of MADE's masks, each example from one of them.

The masks share the weights, and differ in when a unit is finished: a unit of
degree `m` follows from the first `m` values, and then stays as it is. So no
weight is masked here. A unit is zero until it is finished, and a product with
the whole kernel adds up what the mask of each example lets through.

Shapes: B batch, E masks, D event dimensions, P parameters per dimension, U
units of a layer, W units of a layer that a block finishes under any mask.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.types import State


class ManyMasks:
    """The steps of a MADE with several masks.

    Layers are feature-major, `[U, B]`, and the event is the first of them: a
    dimension is finished when it is drawn.

    Args:
        model: A `MADE`.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self._one_order = not model.has_many_orderings
        self._degrees = [
            layer.in_degrees
            for layer in [*model.hidden_layers, model.output_layer]
        ]
        self._finished_by = [
            _units_by_block(degrees, model.num_dims, model.block_size)
            for degrees in self._degrees
        ]

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
            member: Index of the mask, or one for each example, `[B]`.
        """
        model = self.model
        member = tf.broadcast_to(member, [batch_size])
        degrees = [
            tf.transpose(tf.gather(tf.constant(of_masks), member))
            for of_masks in self._degrees
        ]
        kernels = [_kernel(layer) for layer in model.hidden_layers]
        *biases, bias = [
            _bias(layer, shift, batch_size)
            for layer, shift in zip(
                [*model.hidden_layers, model.output_layer], shifts, strict=True
            )
        ]
        layers, totals = [tf.zeros([model.num_dims, batch_size])], []
        for kernel, bias_below, degree in zip(
            kernels, biases, degrees[1:], strict=True
        ):
            total = bias_below + tf.matmul(kernel, layers[-1], transpose_a=True)
            totals.append(total)
            # A unit of degree 0 sees nothing but the context.
            layers.append(tf.where(degree == 0, model.activation(total), 0.0))
        return {
            "degrees": degrees,
            "kernels": kernels,
            "totals": totals,
            "outputs": [self._by_dim(layer) for layer in self._readers],
            "bias": tf.reshape(bias, [model.num_dims, -1, batch_size]),
            "read": [layers[-1], layers[0]][: len(self._readers)],
        }

    @property
    def _readers(self):
        """The layers of the parameters, from the last layer and the event."""
        layers = [self.model.output_layer, self.model.direct_layer]
        return [layer for layer in layers if layer is not None]

    def _by_dim(self, layer):
        """Returns the kernel of a layer of parameters as `[D, P, U]`."""
        kernel = tf.transpose(_kernel(layer))
        return tf.reshape(kernel, [self.model.num_dims, -1, kernel.shape[1]])

    def begin_block(self, cache: State, block: int | tf.Tensor) -> State:
        """Returns the state of a block: its units and their sums so far."""
        units = [tf.constant(lists)[block] for lists in self._finished_by]
        rows = [
            tf.gather(kernel, own)
            for kernel, own in zip(cache["kernels"], units, strict=False)
        ]
        outputs = [tf.gather(kernel, units[0]) for kernel in cache["outputs"]]
        parameters = tf.gather(cache["bias"], units[0])
        for kernel, read in zip(outputs, cache["read"], strict=True):
            parameters += tf.tensordot(kernel, read, axes=1)
        # Examples have orders of their own, so a step reads other rows for
        # each.
        if not self._one_order:
            parameters = tf.transpose(parameters, [2, 0, 1])
        batch_size = tf.shape(cache["degrees"][0])[1]
        return {
            "cache": cache,
            "units": units,
            "degrees": [
                tf.gather(degrees, own)
                for degrees, own in zip(cache["degrees"], units, strict=True)
            ],
            "rows": rows,
            "within": [
                tf.transpose(tf.gather(kernel, own, axis=1))
                for kernel, own in zip(rows, units[1:], strict=True)
            ],
            "totals": [
                tf.gather(total, own)
                for total, own in zip(cache["totals"], units[1:], strict=True)
            ],
            "parameters": parameters,
            "outputs": [
                tf.gather(kernel, own, axis=2)
                for kernel, own in zip(
                    outputs, [units[-1], units[0]], strict=False
                )
            ],
            "finished": [tf.zeros([own.shape[0], batch_size]) for own in units],
        }

    def step(self, state: State, position: Any) -> tuple[tf.Tensor, State]:
        """Returns the parameters `[B, P]` at a position."""
        finished = [state["finished"][-1], state["finished"][0]]
        products = list(zip(state["outputs"], finished, strict=False))
        if self._one_order:
            parameters = state["parameters"][position.offset]
            for kernel, units in products:
                parameters += tf.matmul(kernel[position.offset], units)
            return tf.transpose(parameters)
        # Each example has a dimension of its own.
        is_own = state["degrees"][0] == position.rank + 1
        own = tf.argmax(tf.cast(is_own, tf.int32), axis=0)
        parameters = tf.gather(state["parameters"], own, batch_dims=1)
        for kernel, units in products:
            parameters += tf.einsum("bpw,wb->bp", tf.gather(kernel, own), units)
        return parameters

    def observe(self, state: State, position: Any, value: tf.Tensor) -> State:
        """Returns the state with the scaled values `[1, B]` of a position."""
        degree = position.rank + 1
        before, degrees = state["finished"], state["degrees"]
        finished = [tf.where(degrees[0] == degree, value, before[0])]
        for layer, (kernel, total) in enumerate(
            zip(state["within"], state["totals"], strict=True), start=1
        ):
            # Units of other degrees are computed too, and not kept: which ones
            # have this degree differs from example to example.
            new = self.model.activation(total + tf.matmul(kernel, finished[-1]))
            finished.append(
                tf.where(degrees[layer] == degree, new, before[layer])
            )
        return {**state, "finished": finished}

    def end_block(self, state: State, block: int | tf.Tensor) -> State:
        """Returns the cache with the units that the block has finished."""
        cache, units, new = state["cache"], state["units"], state["finished"]
        return {
            **cache,
            "totals": [
                total + tf.matmul(kernel, finished, transpose_a=True)
                for total, kernel, finished in zip(
                    cache["totals"], state["rows"], new, strict=False
                )
            ],
            "read": [
                tf.tensor_scatter_nd_add(
                    read, units[layer][:, None], new[layer]
                )
                for read, layer in zip(cache["read"], [-1, 0], strict=False)
            ],
        }


def _kernel(layer):
    """Returns the kernel `[I, O]` as the layer computes with it, float32."""
    return tf.cast(tf.cast(layer.kernel, layer.compute_dtype), tf.float32)


def _bias(layer, shift, batch_size):
    """Returns the bias and what a context adds to it, `[O, B]`."""
    bias = tf.repeat(tf.cast(layer.bias, tf.float32)[:, None], batch_size, 1)
    return bias if shift is None else bias + tf.transpose(shift)


def _units_by_block(degrees, num_dims, block_size):
    """Returns int32 `[N, W]`: the units that each of N blocks finishes.

    It lists the units that the block finishes under any mask, those of low
    degree first. If a block has fewer than others, its list is filled up with
    units that it finishes under no mask, which stay zero.

    Args:
        degrees: int `[E, U]`.
        num_dims: `D`.
        block_size: Dimensions to a block.
    """
    starts = np.arange(0, num_dims, block_size)[:, None, None]
    is_finished = (degrees > starts) & (degrees <= starts + block_size)
    is_finished = is_finished.any(axis=1)
    width = is_finished.sum(axis=1).max()
    order = np.argsort(degrees[0], kind="stable")
    others_last = np.argsort(~is_finished[:, order], axis=1, kind="stable")
    return order[others_last[:, :width]].astype("int32")
