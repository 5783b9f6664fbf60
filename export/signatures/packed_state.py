"""The state of a stream as a row of numbers, which travels with requests.

Shapes: B sequences side by side, S numbers of a state.
"""

import math
import typing

import tensorflow as tf

from tf_autoregressive.anomaly.surprise_stream import first_state
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.types import Array
from tf_autoregressive.types import State


class PackedState:
    """The state of the sequences of a stream as float32 `[B, S]`.

    What is the same for all sequences, such as the time, and what a context
    adds are not packed. A state that grows with the time, as that of attention
    does, has its full size from the first step on: zeros come before the
    steps that there are.

    Args:
        model: A `SequenceModel` that streams.
        context: Context of one sequence, or `None`.

    Attributes:
        size: Number of numbers of a sequence, `S`.
        fits: Whether a state consists of such numbers.
    """

    def __init__(self, model: AutoregressiveModel, context: Array) -> None:
        few, more = (_specs(model, context, number) for number in (2, 3))
        self._parts = [_part(*pair) for pair in zip(few, more, strict=True)]
        packed = [part for part in self._parts if part is not None]
        self._sizes = [part.size for part in packed]
        self.size = sum(self._sizes)
        self.fits = all(part.dtype == tf.float32 for part in packed)

    def pack(self, state: State) -> tf.Tensor:
        """Returns the state of all sequences, `[B, S]`."""
        leaves = tf.nest.flatten(_without_shifts(state))
        return tf.concat(
            [
                part.packed(leaf)
                for part, leaf in zip(self._parts, leaves, strict=True)
                if part is not None
            ],
            axis=1,
        )

    def unpack(
        self, packed: tf.Tensor, num_steps: tf.Tensor, first: State
    ) -> State:
        """Returns the state as the model takes it.

        Args:
            packed: `[B, S]`.
            num_steps: Number of steps that have come, a scalar.
            first: The state before the first step, which has all the rest.
        """
        rows = iter(tf.split(packed, self._sizes, axis=1))
        kept = _without_shifts(first)
        leaves = [
            leaf if part is None else part.unpacked(next(rows))
            for part, leaf in zip(
                self._parts, tf.nest.flatten(kept), strict=True
            )
        ]
        state = tf.nest.pack_sequence_as(kept, leaves)
        shifts = first["stack"]["shifts"]
        stack = {**state["stack"], "shifts": shifts, "time": num_steps}
        return {**state, "stack": stack}


class _Part(typing.NamedTuple):
    """A tensor of a state.

    Attributes:
        axis: Its axis of sequences.
        shape: Its other axes, each as long as it can be.
        dtype: Its dtype.
    """

    axis: int
    shape: tuple[int, ...]
    dtype: tf.DType

    @property
    def size(self):
        return math.prod(self.shape)

    def packed(self, tensor):
        rows = _moved(tensor, self.axis, 0)
        missing = self.shape - tf.shape(rows)[1:]
        before = tf.concat([[0], missing], axis=0)
        rows = tf.pad(rows, tf.stack([before, tf.zeros_like(before)], axis=1))
        return tf.reshape(rows, [-1, self.size])

    def unpacked(self, rows):
        return _moved(tf.reshape(rows, [-1, *self.shape]), 0, self.axis)


def _moved(tensor, source, target):
    axes = list(range(len(tensor.shape)))
    axes.insert(target, axes.pop(source))
    return tf.transpose(tensor, axes)


def _without_shifts(state):
    return {**state, "stack": {**state["stack"], "shifts": {}}}


def _specs(model, context, number):
    """Returns the tensors of the state of so many sequences, without values."""

    def first():
        contexts = context
        if context is not None:
            contexts = tf.repeat(tf.convert_to_tensor(context)[None], number, 0)
        return _without_shifts(first_state(model, number, contexts))

    # A state that grows has its full size in a graph for XLA, which is only
    # traced here, and not compiled.
    traced = tf.function(first, autograph=False, jit_compile=True)
    return tf.nest.flatten(traced.get_concrete_function().structured_outputs)


def _part(few, more):
    """Returns the part from specs of 2 and 3 sequences; `None` for others."""
    different = [
        axis
        for axis, sizes in enumerate(zip(few.shape, more.shape, strict=True))
        if sizes == (2, 3)
    ]
    if not different:
        return None
    (axis,) = different
    shape = (*few.shape[:axis], *few.shape[axis + 1 :])
    return _Part(axis, shape, few.dtype)
