"""Prints what drawing symbols costs: per symbol, per length, in passes.

python -m tests.benchmarks.sequences [--models NAME ...] [--jit-compile]

Seconds a symbol at lengths of 100, 1,000 and 10,000 (it should not grow), and
64 sequences of 1,000 symbols in scoring passes over as many. For WaveNet,
samples a second at batch 1, and how much faster that is than recomputing the
receptive field for every sample.
"""

import argparse

import numpy as np
import tensorflow as tf

from tests.benchmarks.sampling import seconds
from tf_autoregressive import models

TEXT = {"num_levels": 65, "embedding_size": 64}
TEXT_MODELS = {
    "NGramMLP": lambda steps: models.NGramMLP((steps,), order=12, **TEXT),
    "CharRNN-2x128": lambda steps: models.CharRNN((steps,), units=128, **TEXT),
    "CharRNN-2x512": lambda steps: models.CharRNN((steps,), units=512, **TEXT),
    "CharCNN-6x256": lambda steps: models.CharCNN((steps,), **TEXT),
}


def wavenet(steps):
    """Returns 3 stacks of 10 layers of 64 channels, 8-bit."""
    return models.WaveNet((steps,), num_levels=256)


def drawing(model, number, num_steps, jit_compile):
    """Returns the seconds of drawing, compiled beforehand."""

    def draw():
        return model.generate(
            number, num_steps, seed=0, jit_compile=jit_compile
        )

    seconds(draw)
    return seconds(draw)


def scoring(model, number):
    """Returns the seconds of a scoring pass, the faster of graph and XLA."""
    rng = np.random.default_rng(0)
    shape = (number, *model.event_shape)
    x = tf.constant(rng.integers(model.num_levels, size=shape, dtype="int32"))
    times = []
    for jit in (False, True):
        score = tf.function(model.score, jit_compile=jit, autograph=False)
        seconds(lambda score=score: score(x))
        times.append(min(seconds(lambda score=score: score(x)) for _ in "abc"))
    return min(times)


def main():
    """Prints a few lines for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    names = [*TEXT_MODELS, "WaveNet"]
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    parser.add_argument("--jit-compile", action="store_true")
    arguments = parser.parse_args()
    jit = arguments.jit_compile
    for name in arguments.models:
        model = wavenet(1000) if name == "WaveNet" else TEXT_MODELS[name](1000)
        for length in (100, 1000, 10_000):
            taken = drawing(model, 1, length, jit)
            print(
                f"{name}, batch 1, {length:6d} symbols: "
                f"{taken / length * 1e6:8.1f} us a symbol",
                flush=True,
            )
        if name == "WaveNet":
            field = wavenet(model.receptive_field)
            recomputed = scoring(field, 1)
            print(
                f"    {length / taken:,.0f} samples a second; recomputing "
                f"{model.receptive_field} steps for each: "
                f"{1 / recomputed:,.1f}, {recomputed * length / taken:.0f} "
                "times slower"
            )
            continue
        score, draw = scoring(model, 64), drawing(model, 64, 1000, jit)
        print(f"    64 x 1,000 symbols: {draw / score:.1f} passes", flush=True)


if __name__ == "__main__":
    main()
