"""Prints how many images a second Keras `fit` trains on.

python -m tests.benchmarks.training [--models NAME ...] [--batch-size 100]

Adam, input through `tf.data`: what a user gets. Vector models in float32, image
models in mixed bfloat16; FVSBN and NADE under XLA, the others without, the
faster way of each on a CPU.
Binary images are the fixed binarized MNIST, others random. The first epoch
compiles and is not counted.
"""

import argparse
import time

import keras
import tensorflow as tf

import tf_autoregressive as tfar
from tests.benchmarks.models import IMAGE_MODELS
from tests.benchmarks.models import MNIST
from tests.benchmarks.models import MODELS


def images_per_second(model, batch_size, *, steps, epochs, jit_compile):
    """Returns images a second over `epochs` epochs of `steps` in one fit."""
    batches = examples(model).cache().repeat().batch(batch_size).prefetch(2)
    model.compile(optimizer=tfar.optimizers.Adam(1e-3), jit_compile=jit_compile)
    clock = _EpochClock()
    model.fit(
        batches,
        epochs=1 + epochs,
        steps_per_epoch=steps,
        callbacks=[clock],
        verbose=0,
    )
    seconds = clock.ends[-1] - clock.ends[0]
    return epochs * steps * batch_size / seconds


class _EpochClock(keras.callbacks.Callback):
    """Notes when each epoch ended; the first one compiles."""

    def __init__(self):
        super().__init__()
        self.ends = []

    def on_epoch_end(self, epoch, logs=None):
        self.ends.append(time.perf_counter())


def examples(model):
    """Returns unbatched examples for the model."""
    if model.num_levels == 2 and model.event_shape == MNIST:
        return tfar.datasets.load("binarized_mnist").train
    images = tf.random.uniform(
        [200, *model.event_shape], maxval=model.num_levels, dtype=tf.int32
    )
    return tf.data.Dataset.from_tensor_slices(tf.cast(images, tf.uint8))


def main():
    """Prints a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", default=list(MODELS))
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--epochs", type=int, default=1)
    arguments = parser.parse_args()
    for name in arguments.models:
        is_image = name in IMAGE_MODELS
        model = MODELS[name](dtype="mixed_bfloat16" if is_image else "float32")
        batch_size = arguments.batch_size or (16 if is_image else 100)
        speed = images_per_second(
            model,
            batch_size,
            steps=50 if is_image else 500,
            epochs=arguments.epochs,
            jit_compile=name in ("FVSBN", "NADE-500"),
        )
        print(f"{name}, batch {batch_size}: {speed:,.0f} images/s", flush=True)


if __name__ == "__main__":
    main()
