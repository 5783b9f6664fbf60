"""Two ways to run a stack over a sequence: all steps, or one at a time.

A model writes its stack once, over `scope.run(layer, x)`. A `SequenceScope`
runs it for all steps, which is how a model is trained and scored; a
`StepScope` for one step, with what its layers keep of the steps before, so that
drawing a symbol costs the same however long the sequence is.

Shapes: B batch, T steps, I input channels, O filters.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.layers.segments import PLAIN
from tf_autoregressive.layers.segments import SegmentedScope
from tf_autoregressive.layers.sequence.layer import SequenceLayer
from tf_autoregressive.layers.sequence.layer import with_shape
from tf_autoregressive.layers.shifts import plus
from tf_autoregressive.types import State


class SequenceScope(SegmentedScope):
    """A run of a stack for all steps at once, `[B, T, channels]`.

    Args:
        shifts: By name, what a context adds: `[B, 1 or T, channels]`.
        training: Whether dropout is active.
        segments: The way in which segments are run.
    """

    def __init__(
        self, shifts: Any, *, training: bool = False, segments: Any = PLAIN
    ) -> None:
        self.shifts = shifts
        self.training = training
        self.segments = segments

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        """Returns the outputs of a `SequenceLayer`, with the shift of its name.

        Args:
            layer: A layer that no other part of the stack runs.
            x: Inputs `[B, T, I]`, or `[B, I]` of one step.
        """
        if self.training:
            outputs = layer.call_in_training(x, self.dropout)
        else:
            outputs = layer(x)
        return self.shifted(layer.name, outputs)

    def shifted(self, name: str, x: tf.Tensor) -> tf.Tensor:
        """Returns `x` plus the shift of that name, if there is one."""
        return plus(x, self.shifts.get(name))

    def positions(self, x: tf.Tensor) -> Any:
        """Returns the index of each step of `x`, int32: `[T]`, or a scalar."""
        return tf.range(tf.shape(x)[1])


class RecordingScope(SequenceScope):
    """A `SequenceScope` that writes down which layers a stack has.

    Args:
        stack: The `SequenceStack` to write to.
        **kwargs: Passed to `SequenceScope`.
    """

    def __init__(self, stack: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.stack = stack

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        self.stack.add(layer)
        return super().run(layer, x)

    def shifted(self, name: str, x: tf.Tensor) -> tf.Tensor:
        self.stack.names_of_shifts.add(name)
        return super().shifted(name, x)


class CarryingScope(SequenceScope):
    """A run for all steps at once, from states that earlier steps have left.

    Args:
        states: By the layer's name, its state; other layers start anew.
        time: Number of earlier steps.
        **kwargs: Passed to `SequenceScope`.

    Attributes:
        states: The states after the last step, once a stack has run.
    """

    def __init__(
        self, states: Any, *, time: int | tf.Tensor = 0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.states = dict(states)
        self.time = time

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        name = layer.name
        if name not in self.states:
            return super().run(layer, x)
        # Keras casts inputs where a layer is called, and `steps` is not.
        x = tf.cast(x, layer.compute_dtype)
        x, self.states[name] = layer.steps(x, self.states[name], self.time)
        return self.shifted(name, x)

    def positions(self, x: tf.Tensor) -> Any:
        return self.time + super().positions(x)


class StepScope(SegmentedScope):
    """A run of a stack for one step, `[B, channels]`.

    Args:
        state: From `SequenceStack.opened`, or `next_state` of the step before.
    """

    def __init__(self, state: State) -> None:
        self.time = state["time"]
        self.shifts = state["shifts"]
        self.states = dict(state["states"])

    def run(self, layer: Any, x: tf.Tensor) -> Any:
        """Returns the outputs of a `SequenceLayer`, with the shift of its name.

        Args:
            layer: A layer that ran when the model was built.
            x: Inputs `[B, I]`.
        """
        name = layer.name
        if name not in self.states:
            raise ValueError(
                "A stack must run the same layers in every way. Received "
                f"{name!r}, which did not run when the model was built."
            )
        # Keras casts inputs where a layer is called, and `step` is not.
        x = tf.cast(x, layer.compute_dtype)
        x, self.states[name] = layer.step(x, self.states[name], self.time)
        return self.shifted(name, x)

    def shifted(self, name: str, x: tf.Tensor) -> tf.Tensor:
        """Returns `x` plus the shift of that name, if there is one."""
        shift = self.shifts.get(name)
        if shift is not None:
            # The shift is the same at all steps, or has one for each.
            shift = shift[self.time if shift.shape[0] > 1 else 0]
        return plus(x, shift)

    def positions(self, x: tf.Tensor) -> Any:
        """Returns the index of each step of `x`, int32: `[T]`, or a scalar."""
        return tf.convert_to_tensor(self.time)

    def next_state(self) -> Any:
        """Returns the state for the step after."""
        return {
            "time": self.time + 1,
            "shifts": self.shifts,
            "states": self.states,
        }


class SequenceStack:
    """The layers of a stack, as they ran when the model was built.

    Attributes:
        layers: Each `SequenceLayer` by its name.
        names_of_shifts: Names whose shifts the stack adds.
    """

    def __init__(self) -> None:
        self.layers = {}
        self.names_of_shifts = set()

    def add(self, layer: Any) -> None:
        """Adds a layer.

        Raises:
            ValueError: If it is not a `SequenceLayer`, or a layer of that name
                was added before.
        """
        if not isinstance(layer, SequenceLayer):
            raise ValueError(
                "`scope.run` takes a `SequenceLayer`; a layer that looks at "
                "one step alone is called as it is, `layer(x)`. "
                f"Received: {layer!r}"
            )
        if layer.name in self.layers:
            raise ValueError(
                "`scope.run` must run each layer of a stack once, and layers "
                "must have different names: states go by name. "
                f"Received twice: {layer.name!r}"
            )
        self.layers[layer.name] = layer

    @property
    def has_steps(self) -> bool:
        """Whether all layers take several steps at once faster than one."""
        return all(layer.has_steps for layer in self.layers.values())

    def first_state(
        self, batch_size: int | tf.Tensor, num_steps: int, shifts: Any
    ) -> Any:
        """Returns the state before the first step, a nest of tensors.

        Args:
            batch_size: Number of sequences.
            num_steps: Number of steps of an event.
            shifts: By name, `[B, 1 or T, channels]`.
        """
        return {
            "time": 0,
            # Steps come first, so that a step reads one contiguous slice.
            "shifts": {
                name: tf.transpose(shift, [1, 0, 2])
                for name, shift in shifts.items()
            },
            "states": {
                name: layer.first_state(batch_size, num_steps)
                for name, layer in self.layers.items()
            },
        }

    def resumed(
        self, state: State, batch_size: int | tf.Tensor, num_steps: int
    ) -> Any:
        """Returns a state that was drawn to, with the shapes of the first one.

        Args:
            state: From `closed`.
            batch_size: Number of sequences.
            num_steps: Number of steps of an event.
        """
        states = {
            name: tf.nest.map_structure(
                lambda tensor, first: with_shape(tensor, first.shape),
                state["states"][name],
                layer.first_state(batch_size, num_steps),
            )
            for name, layer in self.layers.items()
        }
        return {**state, "states": states}

    def opened(self, state: State, num_steps: int) -> Any:
        """Returns the state as a `StepScope` takes it, for one block.

        Args:
            state: From `first_state` or `closed`.
            num_steps: The most steps that the block may have.
        """
        states = {
            name: layer.opened(state["states"][name], state["time"], num_steps)
            for name, layer in self.layers.items()
        }
        return {**state, "states": states}

    def closed(self, state: State) -> Any:
        """Returns the state as tensors again, at the end of a block."""
        states = {
            name: layer.closed(state["states"][name], state["time"])
            for name, layer in self.layers.items()
        }
        return {**state, "states": states}
