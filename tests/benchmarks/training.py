"""Prints how many images a second Keras `fit` trains on.

python -m tests.benchmarks.training [--batch-size 100] [--seconds 10]

28 x 28 binary images, Adam, float32, the fixed binarized MNIST through
`tf.data`: what a user gets, input included. The first epoch compiles and is
not counted.
"""

import argparse
import time

import keras

import tf_autoregressive as tfar

EVENT_SHAPE = (28, 28, 1)
MODELS = {
    "FVSBN": lambda: tfar.models.FVSBN(EVENT_SHAPE),
    "NADE-500": lambda: tfar.models.NADE(EVENT_SHAPE, units=500),
    "MADE-500-500": lambda: tfar.models.MADE(EVENT_SHAPE, units=(500, 500)),
}


def images_per_second(model, examples, batch_size, seconds):
    """Returns images a second, over at least `seconds` of whole epochs."""
    batches = (
        examples.cache().shuffle(50_000).batch(batch_size, drop_remainder=True)
    )
    batches = batches.take(2_000 // batch_size).cache().prefetch(2)
    model.compile(optimizer=keras.optimizers.Adam(1e-3), jit_compile=True)
    model.fit(batches, epochs=1, verbose=0)
    images = 2_000 // batch_size * batch_size
    start, epochs = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        model.fit(batches, epochs=5, verbose=0)
        epochs += 5
    return epochs * images / (time.perf_counter() - start)


def main():
    """Prints a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batch-size", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=10.0)
    arguments = parser.parse_args()
    train = tfar.datasets.load("binarized_mnist").train
    for name, build in MODELS.items():
        speed = images_per_second(
            build(), train, arguments.batch_size, arguments.seconds
        )
        print(
            f"{name}, batch {arguments.batch_size}: {speed:,.0f} images/s",
            flush=True,
        )


if __name__ == "__main__":
    main()
