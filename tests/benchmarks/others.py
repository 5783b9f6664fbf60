"""Prints how long things take here and in TensorFlow Probability (TFP).

python -m tests.benchmarks.others [--ways NAME ...] [--repeats N]

TFP has a MADE, `tfb.AutoregressiveNetwork` under `tfd.Autoregressive`, and a
PixelCNN++, `tfd.PixelCNN`. To draw, both run the whole network at every
position, as most implementations do. Networks of the same sizes with random
weights; calls alternate within one run, and the medians are compared.
"""

import argparse

import numpy as np
import tensorflow as tf
import tensorflow_probability as tfp

from tests.benchmarks.sampling import alternated
from tf_autoregressive import models

tfb, tfd = tfp.bijectors, tfp.distributions

NUM_DIMS, UNITS = 784, [500, 500]
IMAGE, FILTERS, NUM_COMPONENTS = (28, 28, 1), 40, 5


def tfp_made():
    """Returns TFP's MADE as a distribution."""
    network = tfb.AutoregressiveNetwork(
        params=1,
        event_shape=[NUM_DIMS],
        hidden_units=UNITS,
        activation="relu",
    )

    def conditionals(x):
        logits = network(x)[..., 0]
        return tfd.Independent(tfd.Bernoulli(logits, dtype=tf.float32), 1)

    return tfd.Autoregressive(conditionals, tf.zeros([NUM_DIMS]), NUM_DIMS)


def made():
    """Returns the same network here."""
    return models.MADE((NUM_DIMS,), units=UNITS, direct=False)


def tfp_pixel_cnn():
    """Returns TFP's PixelCNN++ of one block a resolution."""
    return tfd.PixelCNN(
        image_shape=IMAGE,
        num_resnet=1,
        num_hierarchies=3,
        num_filters=FILTERS,
        num_logistic_mix=NUM_COMPONENTS,
        dropout_p=0.0,
    )


def pixel_cnn():
    """Returns the same sizes here."""
    return models.PixelCNNPlusPlus(
        IMAGE,
        num_levels=256,
        filters=FILTERS,
        num_blocks=1,
        num_components=NUM_COMPONENTS,
        dropout=0.0,
    )


def drawing(theirs, ours, number):
    """Returns ways of drawing `number` events."""
    return {
        "TFP": tf.function(
            lambda: theirs.sample(number, seed=0), autograph=False
        ),
        "here": lambda: ours.sample(number, seed=0),
        "here, XLA": lambda: ours.sample(number, seed=0, jit_compile=True),
    }


def gradients(theirs, ours, number):
    """Returns ways of computing the gradients of a batch's log-probability."""
    shape = (number, *ours.event_shape)
    x = np.random.default_rng(0).integers(ours.num_levels, size=shape)
    integers, floats = tf.constant(x, tf.int32), tf.constant(x, tf.float32)

    def of(log_prob, jit_compile=False):
        @tf.function(jit_compile=jit_compile, autograph=False)
        def run():
            with tf.GradientTape() as tape:
                loss = -tf.reduce_mean(log_prob())
            return tape.gradient(loss, tape.watched_variables())

        return lambda: [tf.convert_to_tensor(g) for g in run() if g is not None]

    return {
        "TFP": of(lambda: theirs.log_prob(floats)),
        "TFP, XLA": of(lambda: theirs.log_prob(floats), True),
        "here": of(lambda: ours.training_log_prob(integers)),
        "here, XLA": of(lambda: ours.training_log_prob(integers), True),
    }


WAYS = {
    "made-draws": lambda number=64: drawing(tfp_made(), made(), number),
    "made-gradients": lambda number=100: gradients(tfp_made(), made(), number),
    "pixel-cnn-draws": lambda number=4: drawing(
        tfp_pixel_cnn(), pixel_cnn(), number
    ),
    "pixel-cnn-gradients": lambda number=16: gradients(
        tfp_pixel_cnn(), pixel_cnn(), number
    ),
}


def main():
    """Prints a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS)
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    for name in arguments.ways:
        times = alternated(WAYS[name](), repeats=arguments.repeats)
        fastest = min(times[way] for way in times if way.startswith("TFP"))
        for way, seconds in times.items():
            print(
                f"{name}, {way}: {seconds:.4f} s, {fastest / seconds:.1f} "
                "times as fast as TFP"
            )


if __name__ == "__main__":
    main()
