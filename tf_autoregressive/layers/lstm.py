"""An LSTM whose steps are whole lines of pixels.

Shapes: T steps, G directions, B batch, S pixels of a line, h units, m taps.
"""

import tensorflow as tf


def lstm(gates, cell):
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
    units = gates.shape[-1] // 4
    sigmoids, candidate = tf.split(gates, [3 * units, units], axis=-1)
    return *tf.split(tf.sigmoid(sigmoids), 3, axis=-1), tf.tanh(candidate)


def neighbours(states, offsets, axis=-2):
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


def lstm_lines(gates, kernel, first_cells, offsets):
    """Returns the hidden states of all lines, `[T, G, B, S, h]`.

        seen[t, s] = concat(h[t - 1, s + offset] for the offsets)
        before[t] = c[t - 1] + first_cells[t]
        h[t], c[t] = lstm(gates[t] + seen[t] @ kernel, before[t])

    and both zero before the first line.

    The gradient is written out: the loop back holds only what depends on the
    step after, and the kernel's is one product for all steps. Left to
    automatic differentiation, a step costs several times as many operations,
    each too small to matter but for its overhead.

    Args:
        gates: float32 `[T, G, B, S, 4h]` from the inputs.
        kernel: float32 `[G, m * h, 4h]`.
        first_cells: float32, broadcast to `[T, G, B, S, h]`: cell states of
            pixels that have none before them.
        offsets: The `m` offsets, static.
    """

    @tf.custom_gradient
    def run(gates, kernel, first_cells):
        hidden, *kept = _forward(gates, kernel, first_cells, offsets)

        def gradients(upstream):
            of_gates, of_kernel, of_first_cells = _backward(
                upstream, kernel, offsets, *kept
            )
            return of_gates, of_kernel, _summed_to(first_cells, of_first_cells)

        return hidden, gradients

    return run(gates, kernel, first_cells)


def _loop(num_steps, state, body, widths, like, *, reverse=False):
    """Runs `body(step, state)`, which returns a state and lines to keep.

    Returns the kept lines, each stacked to `[T, G, B, S, width]`.
    """
    shape = like.shape[1:-1]
    arrays = [
        tf.TensorArray(like.dtype, num_steps, element_shape=[*shape, width])
        for width in widths
    ]

    def next_step(count, state, arrays):
        step = num_steps - 1 - count if reverse else count
        new, lines = body(step, state)
        arrays = [
            array.write(step, line)
            for array, line in zip(arrays, lines, strict=True)
        ]
        new = [
            tf.ensure_shape(one, other.shape)
            for one, other in zip(new, state, strict=True)
        ]
        return count + 1, new, arrays

    _, _, arrays = tf.while_loop(
        lambda count, *_: count < num_steps,
        next_step,
        (0, state, arrays),
        maximum_iterations=num_steps,
    )
    return [array.stack() for array in arrays]


def _forward(gates, kernel, first_cells, offsets):
    """Returns the hidden states of all steps and what the gradient needs.

    Kept, not computed again: on a CPU that costs less than the way back
    through the memory.
    """
    units = gates.shape[-1] // 4

    def body(step, state):
        hidden, cell = state
        seen = neighbours(hidden, offsets)
        opened = _opened(gates[step] + _multiplied(seen, kernel))
        out, forget, new, candidate = opened
        before = cell + first_cells[step]
        cell = forget * before + new * candidate
        tanh = tf.tanh(cell)
        hidden = out * tanh
        return [hidden, cell], [hidden, seen, before, tanh, *opened]

    zeros = tf.zeros_like(gates[0, ..., :units])
    widths = [units, len(offsets) * units] + 6 * [units]
    return _loop(gates.shape[0], [zeros, zeros], body, widths, gates)


def _multiplied(lines, kernel):
    """Returns `[G, B, S, 4h]`, or with a transposed kernel `[..., m * h]`."""
    directions, _, pixels, channels = lines.shape
    flat = tf.reshape(lines, [directions, -1, channels])
    return tf.reshape(
        tf.matmul(flat, kernel), [directions, -1, pixels, kernel.shape[-1]]
    )


def _backward(
    upstream, kernel, offsets, seen, before, tanh, out, forget, new, candidate
):
    """Returns the gradients of the gates, the kernel and the first cells."""
    units = out.shape[-1]
    # What turns the gradient of the hidden states and of the cells into that
    # of the gates: of all steps at once.
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
        of_line = of_line + upstream[step]
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
        of_cells = of_cells * forget[step]
        return [of_line, of_cells], [of_gates, of_cells]

    zeros = tf.zeros_like(out[0])
    widths = [4 * units, units]
    of_gates, of_first_cells = _loop(
        out.shape[0], [zeros, zeros], body, widths, out, reverse=True
    )
    return of_gates, _of_kernel(seen, of_gates), of_first_cells


def _of_kernel(seen, of_gates):
    """Returns the gradient of the kernel, a product for each direction.

    Without `tf.einsum`, whose transposed copies take several times as long.
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
