"""Prints what a training step of an LSTM over sequences costs, beside Keras's.

python -m tests.benchmarks.sequence_lstm [--units 512] [--steps 780]

Forward and back through one layer, in float32 and mixed bfloat16; both take
turns within one run, and the medians are compared.
"""

import argparse

import keras
import tensorflow as tf

from tests.benchmarks.sampling import alternated
from tf_autoregressive.layers.sequence.lstm import SequenceLSTM


def gradients_of(layer_class, shape, dtype):
    """Returns a function that computes all gradients of one layer."""
    *_, units = shape
    layer = layer_class(units, return_sequences=True, dtype=dtype)
    layer.build(shape)
    x = tf.random.stateless_normal(shape, seed=(0, 0))

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            tape.watch(x)
            loss = tf.reduce_mean(tf.cast(layer(x), "float32") ** 2)
        return tape.gradient(loss, [x, *layer.trainable_variables])

    return step


def pair(shape, dtype):
    """Returns the gradients of both layers, as functions."""
    return {
        "here": gradients_of(SequenceLSTM, shape, dtype),
        "Keras": gradients_of(keras.layers.LSTM, shape, dtype),
    }


def main():
    """Prints a line for each dtype policy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=512)
    parser.add_argument("--steps", type=int, default=780)
    parser.add_argument("--batch", type=int, default=21)
    arguments = parser.parse_args()
    shape = (arguments.batch, arguments.steps, arguments.units)
    for dtype in ("float32", "mixed_bfloat16"):
        taken = alternated(pair(shape, dtype), repeats=5)
        print(
            f"{dtype}: {taken['here']:.2f} s, Keras {taken['Keras']:.2f} s, "
            f"{taken['Keras'] / taken['here']:.1f} times as long",
            flush=True,
        )


if __name__ == "__main__":
    main()
