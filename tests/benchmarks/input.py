"""Prints the share of a training step that is spent waiting for data.

python -m tests.benchmarks.input [--models NAME ...] [--steps N]

The input is what `tfar train` reads: the training split in the recipe's own
order, batched, prefetched and checked as `fit` checks it. A loop asks for a
batch, then runs the model's compiled `train_step` on it and waits for its loss;
what is waited for is the time inside the iterator's `next`, the rest is the
step. Before each measurement some steps are run, so that compilation and the
filling of the prefetch buffer are not counted.

On a CPU the threads that prepare the next batch take cores from the step, which
this share does not see. So the time of reading the batches alone is printed as
well: where it is far below the step's, there is little that could be taken.
"""

import argparse
import time

import keras
import tensorflow as tf

import tf_autoregressive as tfar
from tests.benchmarks.models import MODELS
from tests.benchmarks.models import VECTOR_MODELS
from trainers.training.batches import training_batches

BATCH_SIZES = {"MADE-500-500": 100, "GatedPixelCNN-7x64": 64}
WARM_UP = 10


def batches_of(model, batch_size):
    """Returns an iterator over batches as `fit` gets them from a recipe."""
    examples = tfar.datasets.load("binarized_mnist").train
    batches = training_batches(
        examples, batch_size=batch_size, seed=0, first_epoch=0
    )
    return iter(model._checked_data(batches)[0])


def seconds_alone(batches, steps):
    """Returns the seconds that a batch takes when nothing else is done."""
    for _ in range(WARM_UP):
        next(batches)
    start = time.perf_counter()
    for _ in range(steps):
        next(batches)
    return (time.perf_counter() - start) / steps


def seconds_waiting_and_training(model, batches, steps):
    """Returns the seconds of a step spent on `next`, and on the rest of it."""
    train = tf.function(
        model.train_step, autograph=False, jit_compile=model.jit_compile
    )
    waiting, start = 0.0, 0.0
    for step in range(WARM_UP + steps):
        if step == WARM_UP:
            waiting, start = 0.0, time.perf_counter()
        asked = time.perf_counter()
        batch = next(batches)
        waiting += time.perf_counter() - asked
        train(batch)["loss"].numpy()
    total = time.perf_counter() - start
    return waiting / steps, (total - waiting) / steps


def main():
    """Prints a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models",
        nargs="+",
        default=list(BATCH_SIZES),
        choices=list(BATCH_SIZES),
    )
    parser.add_argument("--steps", type=int, default=100)
    arguments = parser.parse_args()
    for name in arguments.models:
        batch_size = BATCH_SIZES[name]
        model = MODELS[name]()
        model.compile(
            optimizer=keras.optimizers.Adam(1e-3),
            # This is the faster way of each on a CPU.
            jit_compile=name in VECTOR_MODELS,
        )
        alone = seconds_alone(batches_of(model, batch_size), arguments.steps)
        waiting, training = seconds_waiting_and_training(
            model, batches_of(model, batch_size), arguments.steps
        )
        share = waiting / (waiting + training)
        print(
            f"{name}, batch {batch_size}: {share:.2%} of a step is waiting: "
            f"{1e3 * waiting:.3f} of {1e3 * (waiting + training):.1f} ms; "
            f"reading alone {1e3 * alone:.3f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
