"""An LSTM whose steps are whole lines of pixels.

Shapes: T steps, G directions, B batch, S pixels of a line, h units, m taps.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf


def lstm(gates: tf.Tensor, cell: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Returns the new hidden and cell states.

    Args:
        gates: `[..., 4h]`: output, forget and input gates, and the candidate.
        cell: Cell states from before, `[..., h]`.
    """
    out, forget, new, candidate = _opened(gates)
    cell = forget * cell + new * candidate
    return out * tf.tanh(cell), cell


def _opened(gates):
    """Returns the three sigmoids and the tanh of `[..., 4h]`."""
    out, forget, new, candidate = (_quarter(gates, index) for index in range(4))
    return (
        tf.sigmoid(out),
        tf.sigmoid(forget),
        tf.sigmoid(new),
        tf.tanh(candidate),
    )


def _quarter(gates, index):
    """Returns a quarter of the channels; on a CPU faster than `tf.split`."""
    units = gates.shape[-1] // 4
    begin = [0] * (gates.shape.rank - 1)
    return tf.slice(
        gates, [*begin, index * units], [*(-1 for _ in begin), units]
    )


def neighbours(states: Any, offsets: Sequence[int], axis: int = -2) -> Any:
    """Returns `[..., m * h]`: the states at the offsets from each pixel.

    Zero beyond the ends of the line.
    """
    return tf.concat(
        [_moved(states, offset, axis) for offset in offsets], axis=-1
    )


def _moved(line, offset, axis=-2):
    """Returns the line with `line[s + offset]` at `s`."""
    if not offset:
        return line
    rank = line.shape.rank
    axis %= rank
    lost = min(abs(offset), line.shape[axis])
    begin, size = [0] * rank, [-1] * rank
    begin[axis] = lost if offset > 0 else 0
    size[axis] = line.shape[axis] - lost
    paddings = [[0, 0]] * rank
    paddings[axis] = [0, lost] if offset > 0 else [lost, 0]
    return tf.pad(tf.slice(line, begin, size), paddings)


def lstm_lines(
    gates: tf.Tensor,
    kernel: tf.Tensor,
    states: Any,
    entering: tf.Tensor,
    offsets: Sequence[int],
) -> Any:
    """Returns the hidden states of all lines, and the last line's cells.

        seen[t, s] = concat(h[t - 1, s + offset] for the offsets)
        before[t] = c[t - 1] + entering[t]
        h[t], c[t] = lstm(gates[t] + seen[t] @ kernel, before[t])

    States are float32; products are in the dtype of the kernel.

    The gradient is written out: the loop back holds only what depends on the
    step after, and the kernel's is one product for all steps. Left to
    automatic differentiation, a step costs several times as many operations,
    and a matrix of the kernel's size is added to at every step.

    Args:
        gates: `[T, G, B, S, 4h]` from the inputs.
        kernel: `[G, m * h, 4h]`.
        states: Hidden and cell states before the first line, `[G, B, S, h]`.
        entering: Broadcast to `[T, G, B, S, h]`: cell states of pixels that
            have none before them.
        offsets: The `m` offsets, static.

    Returns:
        `[T, G, B, S, h]` and `[G, B, S, h]`, float32.
    """

    @tf.custom_gradient
    def run(gates, kernel, hidden, cell, entering):
        (_, last_cell), (hidden, seen, *kept) = _forward(
            gates, kernel, [hidden, cell], entering, offsets
        )

        def gradients(of_hidden, of_last_cell):
            of_states, (of_gates, of_cells) = _backward(
                of_hidden, of_last_cell, kernel, offsets, *kept
            )
            of_entering = _summed_to(entering, of_cells)
            of_kernel = _of_kernel(seen, of_gates)
            # Products are in the dtype of the kernel, but a gradient must have
            # the dtype of its tensor.
            of_gates = tf.cast(of_gates, gates.dtype)
            return of_gates, of_kernel, *of_states, of_entering

        return (hidden, last_cell), gradients

    return run(gates, kernel, *states, entering)


def _loop(num_steps, state, body, kept, *, reverse=False):
    """Runs `body(step, state)`, which returns a state and lines to keep.

    Args:
        num_steps: `T`.
        state: A list of `[G, B, S, h]`.
        body: The function.
        kept: Width and dtype of each line that it keeps.
        reverse: Whether to begin with the last step.

    Returns:
        The last state and the kept lines, each `[T, G, B, S, width]`.
    """
    shape = state[0].shape[:-1]
    arrays = [
        tf.TensorArray(dtype, num_steps, element_shape=[*shape, width])
        for width, dtype in kept
    ]

    def next_step(count, state, arrays):
        step = num_steps - 1 - count if reverse else count
        new, lines = body(step, state)
        arrays = [
            array.write(step, tf.cast(line, array.dtype))
            for array, line in zip(arrays, lines, strict=True)
        ]
        # Products forget static sizes, and variables of a loop must keep them.
        new = [
            tf.ensure_shape(one, other.shape)
            for one, other in zip(new, state, strict=True)
        ]
        return count + 1, new, arrays

    _, state, arrays = tf.while_loop(
        lambda count, *_: count < num_steps,
        next_step,
        (0, state, arrays),
        maximum_iterations=num_steps,
    )
    return state, [array.stack() for array in arrays]


def sizes(tensor: tf.Tensor) -> Any:
    """Returns the sizes of the axes, static where they are known."""
    return [
        tf.shape(tensor)[axis] if size is None else size
        for axis, size in enumerate(tensor.shape)
    ]


def _forward(gates, kernel, states, entering, offsets):
    """Returns the last states, the hidden states and what the gradient needs.

    These are kept, which on a CPU costs less than computing them again on the
    way back.
    """
    units = gates.shape[-1] // 4

    def body(step, state):
        hidden, cell = state
        seen = neighbours(hidden, offsets)
        total = tf.cast(gates[step], tf.float32) + _multiplied(seen, kernel)
        out, forget, new, candidate = opened = _opened(total)
        before = cell + entering[step]
        cell = forget * before + new * candidate
        tanh = tf.tanh(cell)
        hidden = out * tanh
        return [hidden, cell], [hidden, seen, before, tanh, *opened]

    kept = [
        (units, tf.float32),
        (len(offsets) * units, kernel.dtype),
        *6 * [(units, tf.float32)],
    ]
    return _loop(sizes(gates)[0], states, body, kept)


def _multiplied(lines, kernel):
    """Returns `[G, B, S, 4h]`, or with a transposed kernel `[..., m * h]`."""
    directions, _, pixels, channels = lines.shape
    flat = tf.reshape(lines, [directions, -1, channels])
    product = tf.matmul(tf.cast(flat, kernel.dtype), kernel)
    return tf.reshape(
        tf.cast(product, tf.float32), [directions, -1, pixels, kernel.shape[-1]]
    )


def _backward(
    of_hidden,
    of_last_cell,
    kernel,
    offsets,
    before,
    tanh,
    out,
    forget,
    new,
    candidate,
):
    """Returns the gradients of the first states, and of gates and cells."""
    units = out.shape[-1]
    # These factors turn the gradients of the hidden states and of the cells
    # into that of the gates. They are computed for all steps at once.
    to_gates = tf.concat(
        [
            tanh * out * (1.0 - out),
            before * forget * (1.0 - forget),
            candidate * new * (1.0 - new),
            new * (1.0 - tf.square(candidate)),
        ],
        axis=-1,
    )
    to_cell = out * (1.0 - tf.square(tanh))
    transposed = tf.transpose(kernel, [0, 2, 1])

    def body(step, state):
        of_line, of_cells = state
        of_line = of_line + of_hidden[step]
        of_cells = of_cells + of_line * to_cell[step]
        of_gates = (
            tf.concat([of_line] + 3 * [of_cells], axis=-1) * to_gates[step]
        )
        of_seen = tf.split(
            _multiplied(of_gates, transposed), len(offsets), axis=-1
        )
        of_line = tf.add_n(
            [
                _moved(part, -offset)
                for part, offset in zip(of_seen, offsets, strict=True)
            ]
        )
        # This is the gradient of `before`, and so of both parts of that sum.
        of_cells = of_cells * forget[step]
        return [of_line, of_cells], [of_gates, of_cells]

    kept = [(4 * units, kernel.dtype), (units, tf.float32)]
    # `of_hidden` holds the gradient of the last hidden states already.
    first = [tf.zeros_like(of_last_cell), of_last_cell]
    return _loop(sizes(out)[0], first, body, kept, reverse=True)


def _of_kernel(seen, of_gates):
    """Returns the gradient of the kernel, a product for each direction.

    It does not use `tf.einsum`, whose transposed copies take several times as
    long.
    """
    pairs = zip(
        tf.unstack(seen, axis=1), tf.unstack(of_gates, axis=1), strict=True
    )
    return tf.stack(
        [
            tf.matmul(_rows(lines), _rows(gradients), transpose_a=True)
            for lines, gradients in pairs
        ]
    )


def _rows(lines):
    """Returns `[T * B * S, channels]`."""
    return tf.reshape(lines, [-1, lines.shape[-1]])


def _summed_to(tensor, gradient):
    """Returns the gradient summed over the axes that `tensor` broadcasts."""
    axes = [axis for axis, size in enumerate(tensor.shape) if size == 1]
    return tf.reduce_sum(gradient, axis=axes, keepdims=True)
