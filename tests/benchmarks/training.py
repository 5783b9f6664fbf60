"""Prints how many images a second Keras `fit` trains on.

python -m tests.benchmarks.training [--batch-size 100] [--epochs 1]

28 x 28 binary images, Adam, float32, the fixed binarized MNIST through
`tf.data`: what a user gets, input included. The first epoch compiles and is
not counted.
"""

import argparse
import time

import keras

import tf_autoregressive as tfar

EVENT_SHAPE = (28, 28, 1)
STEPS = 500
MODELS = {
    "FVSBN": lambda: tfar.models.FVSBN(EVENT_SHAPE),
    "NADE-500": lambda: tfar.models.NADE(EVENT_SHAPE, units=500),
    "MADE-500-500": lambda: tfar.models.MADE(
        EVENT_SHAPE, units=(500, 500), direct=False
    ),
}


def images_per_second(model, examples, batch_size, epochs):
    """Returns images a second over `epochs` epochs of 500 steps in one fit."""
    batches = examples.cache().repeat().batch(batch_size).prefetch(2)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=True)
    clock = _EpochClock()
    model.fit(
        batches,
        epochs=1 + epochs,
        steps_per_epoch=STEPS,
        callbacks=[clock],
        verbose=0,
    )
    seconds = clock.ends[-1] - clock.ends[0]
    return epochs * STEPS * batch_size / seconds


class _EpochClock(keras.callbacks.Callback):
    """Notes when each epoch ended; the first one compiles."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.perf_counter())


def main():
    """Prints a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--epochs", type=int, default=1)
    arguments = parser.parse_args()
    train = tfar.datasets.load("binarized_mnist").train
    for name, build in MODELS.items():
        speed = images_per_second(
            build(), train, arguments.batch_size, arguments.epochs
        )
        print(
            f"{name}, batch {arguments.batch_size}: {speed:,.0f} images/s",
            flush=True,
        )


if __name__ == "__main__":
    main()
