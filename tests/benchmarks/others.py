"""Prints how long drawing takes here and in TensorFlow Probability.

python -m tests.benchmarks.others [--number N]

TFP has a MADE: `tfb.AutoregressiveNetwork` under `tfd.Autoregressive`. It runs
the whole network at every position, as most implementations do. Networks of the
same shape with random weights, in a graph; draws alternate within one run, and
the medians are compared.
"""

import argparse

import tensorflow as tf
import tensorflow_probability as tfp

from tests.benchmarks.sampling import alternated
from tf_autoregressive import models

tfb, tfd = tfp.bijectors, tfp.distributions

NUM_DIMS, UNITS = 784, [500, 500]


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


def main():
    """Prints a line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--number", type=int, default=64)
    number = parser.parse_args().number
    distribution = tfp_made()
    model = models.MADE((NUM_DIMS,), units=UNITS, direct=False)
    theirs = tf.function(
        lambda: distribution.sample(number, seed=0), autograph=False
    )
    ways = {
        "TFP": theirs,
        "graph": lambda: model.sample(number, seed=0),
        "XLA": lambda: model.sample(number, seed=0, jit_compile=True),
    }
    times = alternated(ways, repeats=3)
    print(
        f"MADE 500-500, {number} draws of {NUM_DIMS}: TFP {times['TFP']:.2f} "
        f"s, here {times['graph']:.3f} s "
        f"({times['TFP'] / times['graph']:.0f} times faster), with XLA "
        f"{times['XLA']:.3f} s ({times['TFP'] / times['XLA']:.0f} times)"
    )


if __name__ == "__main__":
    main()
