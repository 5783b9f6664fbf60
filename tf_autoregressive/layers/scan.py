"""A recurrence over the first axis of its inputs."""

import tensorflow as tf


def scan(step, states, inputs, *, reverse=False):
    """Returns the states after every step, stacked along a new first axis.

    The number of steps is static, so that XLA can differentiate the loop.
    `keras.ops.scan` fails unless a step returns as many tensors as it takes.

    Args:
        step: Function of the states and one step's inputs; returns new states
            of the same structure and shapes.
        states: The states before the first step, a nest of tensors.
        inputs: A nest of `[T, ...]`, with static `T`.
        reverse: Whether to go from the last step to the first.
    """
    num_steps = tf.nest.flatten(inputs)[0].shape[0]
    arrays = tf.nest.map_structure(
        lambda state: tf.TensorArray(
            state.dtype, num_steps, element_shape=state.shape
        ),
        states,
    )

    def body(count, states, arrays):
        index = num_steps - 1 - count if reverse else count
        here = tf.nest.map_structure(lambda tensor: tensor[index], inputs)
        new = tf.nest.map_structure(
            lambda state, before: tf.ensure_shape(state, before.shape),
            step(states, here),
            states,
        )
        arrays = tf.nest.map_structure(
            lambda array, state: array.write(index, state), arrays, new
        )
        return count + 1, new, arrays

    _, _, arrays = tf.while_loop(
        lambda count, *_: count < num_steps,
        body,
        (0, states, arrays),
        maximum_iterations=num_steps,
    )
    return tf.nest.map_structure(lambda array: array.stack(), arrays)
