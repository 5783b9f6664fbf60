"""The recurrence over lines of pixels, and its gradient."""

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.layers.lstm import lstm
from tf_autoregressive.layers.lstm import lstm_lines
from tf_autoregressive.layers.lstm import neighbours

STEPS, DIRECTIONS, BATCH, PIXELS, UNITS = 4, 2, 3, 5, 2


def arguments(rng, offsets):
    """Returns `(gates, kernel, hidden, cell, entering)`, float32 tensors."""
    shapes = [
        (STEPS, DIRECTIONS, BATCH, PIXELS, 4 * UNITS),
        (DIRECTIONS, len(offsets) * UNITS, 4 * UNITS),
        (DIRECTIONS, BATCH, PIXELS, UNITS),
        (DIRECTIONS, BATCH, PIXELS, UNITS),
        (STEPS, DIRECTIONS, 1, PIXELS, UNITS),
    ]
    return [
        tf.constant(rng.normal(size=shape).astype("float32"))
        for shape in shapes
    ]


def by_lines(gates, kernel, hidden, cell, entering, offsets):
    return lstm_lines(gates, kernel, (hidden, cell), entering, offsets)


def unrolled(gates, kernel, hidden, cell, entering, offsets):
    """The recurrence for automatic differentiation, step by step."""
    lines = []
    for step in range(STEPS):
        seen = neighbours(hidden, offsets)
        total = gates[step] + tf.einsum("gbsi,gij->gbsj", seen, kernel)
        hidden, cell = lstm(total, cell + entering[step])
        lines.append(hidden)
    return tf.stack(lines), cell


@pytest.mark.parametrize("offsets", [(-1, 0), (-1, 0, 1), (0,)], ids=str)
def test_gradients_are_those_of_automatic_differentiation(offsets, rng):
    tensors = arguments(rng, offsets)
    weights, cell_weights = (
        rng.normal(size=shape).astype("float32")
        for shape in (
            (STEPS, DIRECTIONS, BATCH, PIXELS, UNITS),
            (DIRECTIONS, BATCH, PIXELS, UNITS),
        )
    )
    results = []
    for function in (by_lines, unrolled):
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            hidden, cell = function(*tensors, offsets)
            loss = tf.reduce_sum(hidden * weights)
            loss += tf.reduce_sum(cell * cell_weights)
        results.append([hidden, cell, *tape.gradient(loss, tensors)])
    for actual, expected in zip(*results, strict=True):
        np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("axis", [-2, 0, 1])
def test_neighbours_are_zero_beyond_the_ends(axis, rng):
    line = rng.normal(size=(3, 4, 5)).astype("float32")
    axis_line = np.moveaxis(line, axis, 0)
    before, here, after = np.split(
        np.moveaxis(
            neighbours(tf.constant(line), (-1, 0, 1), axis=axis), axis, 0
        ),
        3,
        axis=-1,
    )
    np.testing.assert_array_equal(here, axis_line)
    np.testing.assert_array_equal(before[1:], axis_line[:-1])
    np.testing.assert_array_equal(after[:-1], axis_line[1:])
    assert not before[0].any()
    assert not after[-1].any()
