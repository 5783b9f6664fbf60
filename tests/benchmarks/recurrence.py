"""Prints what a training step of the Diagonal BiLSTM costs.

python -m tests.benchmarks.recurrence [--jit-compile]

7 layers of 16, batch 16: on maps of several sizes, by diagonals, and beside it
the same layer written pixel by pixel. Steps of both alternate within one run;
the medians are compared.
"""

import argparse
import math

import keras
import numpy as np
import tensorflow as tf

from tests.benchmarks.sampling import alternated
from tf_autoregressive.layers import DiagonalBiLSTM
from tf_autoregressive.layers.lstm import lstm
from tf_autoregressive.models import PixelRNN

BATCH_SIZE = 16
SIZES = [(14, 14), (14, 28), (28, 28), (28, 56), (56, 56)]


class PixelByPixel(DiagonalBiLSTM):
    """The same layer, as its equations stand: one pixel after the other."""

    def recurrence(self, gates):
        height, width = gates.shape[1:3]
        to_right, to_left = tf.split(gates, 2, axis=-1)
        gates = tf.stack([to_right, to_left[:, :, ::-1]])
        gates = tf.transpose(gates, [2, 3, 0, 1, 4])
        gates = tf.reshape(gates, [height * width, 2, -1, 4 * self.units])
        firsts = [
            tf.repeat(first[:, None], tf.shape(gates)[2], axis=1)
            for first in (self.first_hidden, self.first_cell)
        ]

        def next_pixel(count, row_above, hidden, cell, drawn):
            column = count % width
            hidden = tf.where(column == 0, firsts[0], hidden)
            cell = tf.where(column == 0, firsts[1], cell)
            seen = tf.concat([row_above[column], hidden], axis=-1)
            hidden, cell = lstm(gates[count] + seen @ self.kernel, cell)
            here = (tf.range(width) == column)[:, None, None, None]
            row_above = tf.where(here, hidden, row_above)
            drawn = drawn.write(count, hidden)
            return count + 1, row_above, hidden, cell, drawn

        drawn = tf.TensorArray(
            tf.float32,
            height * width,
            element_shape=[2, gates.shape[2], self.units],
        )
        *_, drawn = tf.while_loop(
            lambda count, *_: count < height * width,
            next_pixel,
            (0, tf.repeat(firsts[0][None], width, axis=0), *firsts, drawn),
            maximum_iterations=height * width,
        )
        hidden = tf.reshape(drawn.stack(), [height, width, 2, -1, self.units])
        to_right, to_left = tf.unstack(tf.transpose(hidden, [2, 3, 0, 1, 4]))
        to_left = to_left[:, :-1, ::-1]
        return to_right + tf.pad(to_left, [[0, 0], [1, 0], [0, 0], [0, 0]])


class NaivePixelRNN(PixelRNN):
    """A PixelRNN of the layers above."""

    def _lstm(self, name, in_colours, out_colours):
        return PixelByPixel(
            in_colours, out_colours, dtype=self.dtype_policy, name=name
        )


def training_step(constructor, size, jit_compile):
    """Returns a function that does one update on random images."""
    model = constructor((*size, 1), units=16, num_layers=7, head_filters=32)
    optimizer = keras.optimizers.Adam(1e-3)
    optimizer.build(model.trainable_variables)
    rng = np.random.default_rng(0)
    x = tf.constant(rng.integers(2, size=(BATCH_SIZE, *size, 1), dtype="int32"))

    @tf.function(jit_compile=jit_compile, autograph=False)
    def step():
        with tf.GradientTape() as tape:
            loss = -tf.reduce_mean(model.training_log_prob(x))
        variables = model.trainable_variables
        gradients = tape.gradient(loss, variables)
        optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss

    if constructor is NaivePixelRNN:
        _check_equal(model, x)
    return step


def _check_equal(naive, x):
    """Fails unless both ways of writing the model score the same."""
    model = PixelRNN.from_config(naive.get_config())
    model.set_weights(naive.get_weights())
    np.testing.assert_allclose(model.log_prob(x), naive.log_prob(x), rtol=1e-4)


def pair(size, jit_compile=False):
    """Returns a step of both ways of writing the layer."""
    return {
        "by diagonals": training_step(PixelRNN, size, jit_compile),
        "pixel by pixel": training_step(NaivePixelRNN, size, jit_compile),
    }


def main():
    """Prints a line for each size of map, and one for the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jit-compile", action="store_true")
    jit_compile = parser.parse_args().jit_compile
    steps = {size: training_step(PixelRNN, size, jit_compile) for size in SIZES}
    for size, taken in alternated(steps, repeats=5).items():
        pixel = taken / math.prod(size)
        print(f"{size}: {taken * 1e3:8.1f} ms, {pixel * 1e6:6.1f} us a pixel")
    times = alternated(pair((28, 28), jit_compile), repeats=5)
    for name, taken in times.items():
        print(f"(28, 28) {name}: {taken * 1e3:8.1f} ms")
    ratio = times["pixel by pixel"] / times["by diagonals"]
    print(f"by diagonals it is {ratio:.1f} times faster")


if __name__ == "__main__":
    main()
