"""Two ways to run a stack over a sequence: all steps, or one at a time.

A model writes its stack once, over `scope.conv` and `scope.recur`. A
`SequenceScope` runs it for all steps, which is how a model is trained and
scored; a `StepScope` for one step, with what it needs of the steps before, so
that drawing a symbol costs the same however long the sequence is.

Shapes: B batch, T steps, I input channels, O filters, R reach of a layer.
"""

import tensorflow as tf

from tf_autoregressive.layers.scopes import plus
from tf_autoregressive.layers.segments import PLAIN
from tf_autoregressive.layers.segments import SegmentedScope


class SequenceScope(SegmentedScope):
    """All steps at once: `[B, T, channels]`.

    Args:
        shifts: By name, what is added: `[B, 1 or T, channels]`.
        training: Whether dropout is active.
        segments: How segments are run.
    """

    def __init__(self, shifts, *, training=False, segments=PLAIN):
        self.shifts = shifts
        self.training = training
        self.segments = segments

    def conv(self, layer, x):
        """Returns the outputs of a `CausalConv1D`, with the shift."""
        return self.shifted(layer.name, layer(x))

    def recur(self, layer, x):
        """Returns the outputs of a recurrent layer at every step.

        A `SequenceLSTM` or `SequenceGRU` that returns its state too.
        """
        return layer(x)[0]

    def shifted(self, name, x):
        """Returns `x` plus the shift of that name, if there is one."""
        return plus(x, self.shifts.get(name))


class CarryingScope(SequenceScope):
    """All steps at once, from states that earlier steps have left.

    Args:
        states: By the layer's name, its states `[B, units]`.
        **kwargs: Passed to `SequenceScope`.

    Attributes:
        states: The states after the last step, once a stack has run.
    """

    def __init__(self, states, **kwargs):
        super().__init__(**kwargs)
        self.states = dict(states)

    def recur(self, layer, x):
        """Returns the outputs at every step; the states go on."""
        before = [tf.cast(s, x.dtype) for s in self.states[layer.name]]
        x, *self.states[layer.name] = layer(x, initial_state=before)
        return x


class StepScope(SegmentedScope):
    """One step: `[B, channels]`.

    Args:
        state: From `first_state`, with its rings as arrays.
    """

    def __init__(self, state):
        self.time = state["time"]
        self.shifts = state["shifts"]
        self.rings = dict(state["rings"])
        self.states = dict(state["states"])

    def conv(self, layer, x):
        """Returns the outputs of a `CausalConv1D` at this step."""
        x = tf.cast(x, layer.compute_dtype)
        taps = [x]
        if layer.reach:
            ring = self.rings[layer.name]
            taps = [
                ring.read((self.time + tap * layer.dilation) % layer.reach)
                for tap in range(layer.kernel_size - 1)
            ] + taps
            self.rings[layer.name] = ring.write(self.time % layer.reach, x)
        return self.shifted(layer.name, layer.of_window(taps))

    def recur(self, layer, x):
        """Returns the outputs of a recurrent layer at this step."""
        x = tf.cast(x, layer.compute_dtype)
        x, self.states[layer.name] = layer.step(x, self.states[layer.name])
        return x

    def shifted(self, name, x):
        """Returns `x` plus the shift of that name, if there is one."""
        shift = self.shifts.get(name)
        if shift is not None:
            # The same at all steps, or one for each.
            shift = shift[self.time if shift.shape[0] > 1 else 0]
        return plus(x, shift)

    def next_state(self):
        """Returns the state for the step after."""
        return {
            "time": self.time + 1,
            "shifts": self.shifts,
            "rings": self.rings,
            "states": self.states,
        }


def first_state(convs, recurrents, shifts, batch_size):
    """Returns the state before the first step, a nest of tensors.

    Args:
        convs: The `CausalConv1D` layers of a stack.
        recurrents: Its `SequenceLSTM` or `SequenceGRU` layers.
        shifts: By name, `[B, 1 or T, channels]`.
        batch_size: Number of sequences.
    """
    return {
        "time": 0,
        "shifts": {
            name: tf.transpose(shift, [1, 0, 2])
            for name, shift in shifts.items()
        },
        "rings": {
            layer.name: tf.zeros(
                [layer.reach, batch_size, layer.in_channels],
                layer.compute_dtype,
            )
            for layer in convs
            if layer.reach
        },
        "states": {
            layer.name: layer.first_states(batch_size) for layer in recurrents
        },
    }


def opened(state):
    """Returns the state with its rings as arrays, to be read and written."""
    return {
        **state,
        "rings": {
            name: tf.TensorArray(
                ring.dtype,
                ring.shape[0],
                element_shape=ring.shape[1:],
                clear_after_read=False,
            ).unstack(ring)
            for name, ring in state["rings"].items()
        },
    }


def closed(state):
    """Returns the state with its rings as tensors."""
    return {
        **state,
        "rings": {name: ring.stack() for name, ring in state["rings"].items()},
    }
