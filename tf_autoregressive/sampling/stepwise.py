"""The conditionals of a model one position at a time, from outside a graph.

Drawing runs all positions in one graph. Here every position is a call of its
own: the values come from outside, and what the model keeps in between is one
tensor. The steps are those that drawing takes.

Shapes: B batch, N positions (sites of the output distribution) in generation
order, S event dimensions per position, P parameters per position, E ensemble
members.
"""

import functools
import typing
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.sampling import callbacks
from tf_autoregressive.sampling.ancestral import Position
from tf_autoregressive.sampling.chosen import choose_sites
from tf_autoregressive.sampling.members import Members
from tf_autoregressive.sampling.packing import is_array
from tf_autoregressive.sampling.packing import pack
from tf_autoregressive.sampling.packing import unpack
from tf_autoregressive.types import Array

# Name of a state that `step` has not seen yet; others are named by their lane.
NEW_BLOCK = "new block"


class Cursor(typing.NamedTuple):
    """A place between two positions of the generation order.

    Attributes:
        rank: Index of the next position in the order, a Python int.
        state: The state that the model keeps of the values so far, packed.
        parameters: Parameters of the next position, `[B, P]`, or `[B, E, P]`
            for a mixture of members; `None` after the last position.
        log_weights: `[B, E]`, log-probabilities of the members given the values
            so far; `None` for one member.
    """

    rank: int
    state: typing.Any
    parameters: typing.Any
    log_weights: typing.Any = None


class Stepwise:
    """Starts and moves the cursors of a model.

    A call is one or two graphs, each traced once, and does not change the
    state that it is given: many can go on from one cursor.

    Args:
        model: An `AutoregressiveModel`.
        member: Index of the ensemble member whose conditionals they are;
            `None` for the mixture of all, which must have one ordering.
    """

    def __init__(self, model: Any, member: int | None = None) -> None:
        self.model = model
        self.steps = Members(model, member)
        self.num_positions = model.num_sites
        self.block_size = self.steps.block_size
        self.num_lanes = self.steps.num_lanes
        # The keys are names of states.
        self._specs, self._axes = {}, {}
        # The keys hold the dtypes of the arguments too.
        self._graphs = {}

    def start(self, num_events: int | tf.Tensor, context: Any) -> Cursor:
        """Returns the cursor before the first position.

        Args:
            num_events: `B`.
            context: Contexts `[B, ...]`, not encoded, or `None`.
        """
        contexts = [] if context is None else [context]
        state = self._run(
            "start", self._start, tf.convert_to_tensor(num_events), *contexts
        )
        return self._in_new_block(state, 0)

    def advance(self, cursor: Any, value: tf.Tensor) -> Cursor:
        """Returns the cursor behind its position.

        Args:
            cursor: A cursor that is not behind the last position.
            value: The values at its position, `[B]` or `[B, S]`. They are
                checked in the graph.
        """
        rank, lane = cursor.rank + 1, self._lane(cursor.rank)
        if rank == self.num_positions:
            self._run("end", self._checked, value)
            return Cursor(rank, None, None)
        arguments = cursor.state, value, tf.constant(cursor.rank)
        if rank % self.block_size == 0:
            function = functools.partial(self._cross, lane)
            state = self._run(("cross", lane), function, *arguments)
            return self._in_new_block(state, rank)
        function = functools.partial(self._advance, lane)
        return Cursor(rank, *self._run(("advance", lane), function, *arguments))

    def take(self, cursor: Any, indices: Array) -> Cursor:
        """Returns the cursor of some of the examples, in any number and order.

        Args:
            cursor: A cursor.
            indices: int32 `[n]`, in `[0, B)`.
        """
        if cursor.state is None:
            return cursor
        lane = self._lane(cursor.rank)
        state = self._run(
            ("take", lane),
            functools.partial(self._take, lane, self._batch_axes(lane)),
            cursor.state,
            indices,
        )
        others = (
            None if tensor is None else tf.gather(tensor, indices)
            for tensor in cursor[2:]
        )
        return Cursor(cursor.rank, state, *others)

    def code(
        self, code: Callable[..., np.ndarray], num_events: int, context: Any
    ) -> None:
        """Walks through all positions, with values that a function chooses.

        One graph takes the steps, and calls the function at each of them in
        turn. It is the same graph for all functions, numbers of events and
        contexts, so that what it computes is a matter of their values alone.
        Positions that lie behind the end of all events, where a model is
        conditioned on their lengths, are left out: all values there are 0.

        Args:
            code: Returns the values `[B, S]`, float32, at the next position,
                from what `OutputDistribution.code` takes: parameters
                `[B, E, Q]` and, where there are several members, their
                log-probabilities `[B, E]`.
            num_events: `B`.
            context: Contexts `[B, ...]`, not encoded, or `None`.
        """
        contexts = [] if context is None else [context]
        number_of_events = tf.convert_to_tensor(num_events)
        with callbacks.numbered(code) as number:
            self._run("code", self._coded, number, number_of_events, *contexts)

    def _in_new_block(self, state, rank):
        """Returns the cursor at the first position of a block."""
        step = self._run("step", self._step, state, tf.constant(rank))
        return Cursor(rank, *step)

    def _run(self, key, function, *args):
        """Runs a function in a graph for any number of examples."""
        # Concrete functions would run as graphs all the same.
        if tf.config.functions_run_eagerly():
            return function(*args)
        dtypes = tuple(tensor.dtype for tensor in args)
        key = (key, dtypes, self.model.adaptations())
        if key not in self._graphs:
            self._graphs[key] = tf.function(
                function, autograph=False
            ).get_concrete_function(*map(_signature, args))
        return self._graphs[key](*args)

    def _lane(self, rank):
        return rank % self.block_size % self.num_lanes

    def _batch_axes(self, lane):
        """Returns for every tensor of a state the axis of examples, or `None`.

        It is the one along which states of two and of three examples differ.
        """
        if lane not in self._axes:
            # A walk may be taken in a graph, but these shapes are needed now.
            with tf.init_scope():
                few, more = (self._shapes(number, lane) for number in (2, 3))
            self._axes[lane] = [
                next(
                    (axis for axis in range(len(a)) if a[axis] < b[axis]), None
                )
                for a, b in zip(few, more, strict=True)
            ]
        return self._axes[lane]

    def _shapes(self, num_events, lane):
        """Returns the shapes of the tensors of a state of that lane."""
        context = self.model.context
        if context.expected:
            context = context.random(np.random.default_rng(0), num_events)
            context = tf.convert_to_tensor(context)
        else:
            context = None
        cursor = self.start(num_events, context)
        value = tf.zeros([num_events, self.model.output_distribution.num_dims])
        for _ in range(lane):
            cursor = self.advance(cursor, value)
        return [
            (leaf.stack() if is_array(leaf) else leaf).shape
            for leaf in tf.nest.flatten(self._unpacked(cursor.state, lane))
        ]

    # The methods below run in graphs.

    def _coded(self, number, num_events, context=None):
        cache = self.steps.init_cache(num_events, context)
        choose_sites(self.steps, number, self._num_positions(context), cache)
        return num_events

    def _num_positions(self, context):
        """Returns the number of positions that some event has."""
        if not self.model.context.is_length:
            return self.num_positions
        sites_of_a_step = self.num_positions // self.model.event_shape[0]
        return tf.cast(tf.reduce_max(context), tf.int32) * sites_of_a_step

    def _start(self, num_events, context=None):
        cache = self.steps.init_cache(num_events, context)
        block = tf.constant(0)
        return self._packed(self.steps.begin_block(cache, block), NEW_BLOCK)

    def _step(self, state, rank):
        return self._stepped(self._unpacked(state, NEW_BLOCK), rank, 0)

    def _advance(self, lane, state, value, rank):
        state = self._observed(lane, state, value, rank)
        return self._stepped(state, rank + 1, (lane + 1) % self.num_lanes)

    def _cross(self, lane, state, value, rank):
        state = self._observed(lane, state, value, rank)
        block = rank // self.block_size
        cache = self.steps.end_block(state, block)
        return self._packed(self.steps.begin_block(cache, block + 1), NEW_BLOCK)

    def _stepped(self, state, rank, lane):
        """Returns the packed state after `step`, parameters and weights."""
        conditionals, state = self.steps.step(state, self._position(rank, lane))
        return self._packed(state, lane), *conditionals

    def _checked(self, value):
        value = self.model.event.with_valid_values(value, "value")
        num_dims = self.model.output_distribution.num_dims
        return tf.reshape(tf.cast(value, tf.float32), [-1, num_dims])

    def _observed(self, lane, state, value, rank):
        position = self._position(rank, lane)
        state = self._unpacked(state, lane)
        return self.steps.observe(state, position, self._checked(value))

    def _position(self, rank, lane):
        block = rank // self.block_size
        return Position(block, rank - block * self.block_size, rank, lane)

    def _packed(self, state, name):
        packed, self._specs[name] = pack(state)
        return packed

    def _unpacked(self, state, name):
        return unpack(state, self._specs[name])

    def _take(self, lane, axes, state, indices):
        state = self._unpacked(state, lane)
        taken = [
            _taken(leaf, indices, axis)
            for leaf, axis in zip(tf.nest.flatten(state), axes, strict=True)
        ]
        return self._packed(tf.nest.pack_sequence_as(state, taken), lane)


def _taken(leaf, indices, axis):
    """Returns a tensor or an array with these indices along an axis."""
    if axis is None:
        return leaf
    if not is_array(leaf):
        return tf.gather(leaf, indices, axis=axis)
    rows = tf.gather(leaf.stack(), indices, axis=axis)
    array = tf.TensorArray(
        leaf.dtype, leaf.size(), element_shape=rows.shape[1:]
    )
    return array.unstack(rows)


def _signature(tensor):
    """Returns the `tf.TensorSpec` of a tensor with any number of examples."""
    shape = [None, *tensor.shape[1:]] if tensor.shape.rank else []
    return tf.TensorSpec(shape, tensor.dtype)
