"""The contract of a layer of sequences: all steps at once, or one at a time.

Shapes: B batch, T steps, I input channels, O filters.
"""

from typing import Any

import tensorflow as tf

from tf_autoregressive.types import State


class SequenceLayer:
    """A layer whose outputs at a step depend on that step and earlier ones.

    It comes before `keras.layers.Layer` among the bases of a layer. Stacks run
    it by `scope.run(layer, x)`, in one of two ways that agree:

    - `call(x)`: all steps at once, `[B, T, I]` to `[B, T, O]`. This is how a
      model is trained and scored;
    - `step(x, state, time)`: one step, `[B, I]` to `[B, O]`, from a state that
      holds what the layer needs of the steps before. This is how it is drawn.

    A layer may have `steps(x, state, time)` too, which takes several steps at
    once after a state. Streams are scored by it where all layers of a stack set
    `has_steps`, which says that it is faster than one step after the other.

    A layer that looks at one step alone, such as `keras.layers.Dense`, needs
    none of this: stacks call it as it is.

    A state is a nest of tensors that keep their data types, and their shapes
    but for axes that are `growing`. Drawing goes block by block: within a block
    `step` may keep its state in another form, such as a `tf.TensorArray`, which
    `opened` makes and `closed` undoes. That is much faster than tensors for
    whatever a step changes in one place only.
    """

    has_steps = False

    def call_in_training(self, x: tf.Tensor, drop: Any) -> tf.Tensor:
        """Returns what `call` does, for a layer that drops nothing within.

        Args:
            x: Inputs `[B, T, I]`.
            drop: Returns a tensor after a Keras `Dropout`, given both.
        """
        return self(x)  # type: ignore[operator]

    def first_state(self, batch_size: int | tf.Tensor, num_steps: int) -> Any:
        """Returns the state before the first step: here, nothing.

        Args:
            batch_size: `B`, an int or a scalar tensor.
            num_steps: Number of steps of an event, an int. `stream` may run
                more, up to the `max_steps` of the model.
        """
        return ()

    def opened(
        self, state: State, time: int | tf.Tensor, num_steps: int
    ) -> Any:
        """Returns the state as `step` takes it, at the start of a block.

        Args:
            state: From `first_state` or `closed`.
            time: Number of steps that came before, an int32 scalar.
            num_steps: The most steps that the block may have, an int.
        """
        return state

    def step(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        """Returns the outputs `[B, O]` of one step, and the state after it.

        Args:
            x: Inputs `[B, I]`, in the compute dtype.
            state: From `opened`, or from the step before.
            time: Number of steps before, an int32 scalar. It counts from
                the start of the sequence, also where a stream goes on.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `step`")

    def steps(
        self, x: tf.Tensor, state: State, time: int | tf.Tensor
    ) -> tuple[tf.Tensor, State]:
        """Returns outputs `[B, n, O]` of several steps, and the state after.

        Args:
            x: Inputs `[B, n, I]`, in the compute dtype.
            state: From `first_state`, `closed` or here.
            time: Number of steps before, an int32 scalar.
        """
        raise NotImplementedError(f"{type(self).__name__} has no `steps`")

    def closed(self, state: State, time: int | tf.Tensor) -> Any:
        """Returns the state from that of `step`, at the end of a block.

        Args:
            state: From `opened` or `step`.
            time: Number of steps that came before, an int32 scalar.
        """
        return state


def growing(tensor: tf.Tensor, axis: int) -> Any:
    """Returns a tensor of a state, with an axis that `closed` may make longer.

    Loops keep the static shapes of what they change; this axis has none. XLA
    compiles for fixed shapes: where `is_compiled`, a first state must have the
    most steps that it will ever keep.
    """
    shape = tensor.shape.as_list()
    shape[axis] = None
    return with_shape(tensor, shape)


def with_shape(tensor: tf.Tensor, shape: Any) -> Any:
    """Returns the tensor with a static shape that may say less than its own."""
    if tensor.shape == shape:
        return tensor
    return tf.raw_ops.PlaceholderWithDefault(input=tensor, shape=shape)
