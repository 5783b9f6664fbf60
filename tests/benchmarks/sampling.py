"""Prints what drawing N events costs, in scoring passes over N events.

python -m tests.benchmarks.sampling [--models NAME ...] [--full] [--walk]

Scoring is timed in a plain graph and under XLA, and the faster one counts.
Samples and scores alternate within one run, so that a drift of the machine
meets both; the medians are compared. `--full` adds the recomputation of the
whole network at every position, `--walk` a walk that makes a call of every
position, without the rule that chooses its values.

Drawing with attention has to read the keys and values of all earlier positions
at every position. `floor` is how long reading as many bytes takes here.
"""

import argparse
import statistics
import time

import numpy as np
import tensorflow as tf

from tests.benchmarks.models import IMAGE_MODELS
from tests.benchmarks.models import MODELS
from tf_autoregressive.layers import CausalSelfAttention

# What is read at once to find out how fast: more than the caches hold.
_FLOATS = 2**26


def seconds(function):
    """Returns how long one call takes until its result is there."""
    start = time.perf_counter()
    tf.nest.map_structure(lambda tensor: tensor.numpy(), function())
    return time.perf_counter() - start


def alternated(functions, repeats):
    """Returns the median seconds of each function, called in turn."""
    for function in functions.values():
        seconds(function)  # traces and compiles
    times = {name: [] for name in functions}
    for _ in range(repeats):
        for name, function in functions.items():
            times[name].append(seconds(function))
    return {name: statistics.median(taken) for name, taken in times.items()}


def walked(model, number):
    """Returns the last parameters of a walk through `number` events."""
    walk = model.walk(number)
    value = tf.zeros_like(walk.conditional().mode())
    while not walk.is_finished:
        parameters = walk.parameters
        walk = walk.observe(value)
    return parameters


def bytes_of_attention(model, number):
    """Returns how many bytes of keys and values drawing has to read."""
    total = 0
    for layer in model._flatten_layers():
        if isinstance(layer, CausalSelfAttention):
            steps = np.arange(model.num_sites)
            seen = np.minimum(steps, layer.window - 1).sum()
            total += int(seen) * (layer.key_units + layer.units)
    return 4 * number * total


def measured(model, number, *, full, walk):
    """Returns the seconds of scoring and sampling `number` events."""
    levels = model.num_levels
    shape = (number, *model.event_shape)
    x = np.random.default_rng(0).integers(levels, size=shape, dtype="int32")
    x = tf.constant(x)
    scores = {
        jit: tf.function(
            lambda x: model(x).log_prob(x), jit_compile=jit, autograph=False
        )
        for jit in (False, True)
    }
    functions = {
        "score, graph": lambda: scores[False](x),
        "score, XLA": lambda: scores[True](x),
        "sample, graph": lambda: model.sample(number, seed=0),
        "sample, XLA": lambda: model.sample(number, seed=0, jit_compile=True),
    }
    if full:
        functions["sample, full"] = lambda: model.sample(
            number, seed=0, method="full"
        )
    if bytes_of_attention(model, number):
        floats = tf.zeros([_FLOATS])
        functions["read"] = lambda: tf.reduce_max(floats)
    if walk:
        functions["walk"] = lambda: walked(model, number)
    return alternated(functions, repeats=3 if full or walk else 7)


def main():
    """Prints a line for each model and number of events."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--walk", action="store_true")
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--numbers", type=int, nargs="+")
    arguments = parser.parse_args()
    for name in arguments.models:
        model = MODELS[name]()
        several = 256 if name in IMAGE_MODELS else 2048
        for number in arguments.numbers or [64, several]:
            times = measured(
                model, number, full=arguments.full, walk=arguments.walk
            )
            score = min(times["score, graph"], times["score, XLA"])
            if "read" in times:
                size = bytes_of_attention(model, number)
                read = times.pop("read")
                times["floor"] = read * size / (4 * _FLOATS)
                print(f"{name}, N = {number}: {size / 1e9:.1f} GB to read")
            print(
                f"{name}, N = {number}: one scoring pass {score * 1e3:.1f} ms"
            )
            for way, taken in times.items():
                print(
                    f"    {way:14s} {taken * 1e3:8.1f} ms"
                    f" = {taken / score:6.1f} passes"
                )


if __name__ == "__main__":
    main()
