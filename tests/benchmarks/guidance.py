"""Prints how closely guided draws of digits follow the label asked for.

python -m tests.benchmarks.guidance [--data-dir DIR] [--epochs N]

A MADE learns dynamically binarized MNIST with its labels and without them
(`context_dropout`), and a small convolutional network learns to tell the
labels. The MADE then draws every digit as often, with several numbers as
`guidance`, and the classifier says in which share of the draws it finds the
digit that was asked for. Beside it stands the score of the draws under the
model itself, given the label.
"""

import argparse

import keras
import numpy as np

from tf_autoregressive import datasets
from tf_autoregressive import models

NUM_CLASSES, NUM_SAMPLES = 10, 2_000
WEIGHTS = (0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0)


def classifier():
    """Returns a network from images to logits of labels, not trained."""
    network = keras.Sequential(
        [
            keras.layers.Conv2D(32, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Conv2D(64, 3, activation="relu"),
            keras.layers.MaxPooling2D(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(NUM_CLASSES),
        ]
    )
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile("adam", loss, metrics=["accuracy"])
    return network


def main():
    """Trains both, and prints a line for each number."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data-dir", help="folder of mnist.npz, or of TFDS")
    parser.add_argument("--epochs", type=int, default=15)
    arguments = parser.parse_args()
    keras.utils.set_random_seed(0)
    data = datasets.load(
        "mnist",
        data_dir=arguments.data_dir,
        with_labels=True,
        binarization="dynamic",
    )
    train = data.train.shuffle(50_000, seed=0).batch(100)
    test = data.test.batch(500)

    judge = classifier()
    judge.fit(train, epochs=3, verbose=2)
    accuracy = judge.evaluate(test, verbose=0)[1]
    print(f"classifier: {accuracy:.2%} of the test images")

    model = models.MADE(
        data.info.event_shape,
        units=(500,),
        num_classes=NUM_CLASSES,
        context_dropout=0.1,
    )
    model.compile(keras.optimizers.Adam(1e-3))
    model.fit(train, epochs=arguments.epochs, verbose=2)
    nats = model.evaluate(test, verbose=0)[0]
    print(f"MADE: {nats:.2f} nats of the test images")

    labels = np.arange(NUM_SAMPLES) % NUM_CLASSES
    for weight in WEIGHTS:
        x = model.sample(NUM_SAMPLES, seed=0, context=labels, guidance=weight)
        found = np.argmax(judge.predict(x, verbose=0), axis=-1)
        nats = -np.mean(model.log_prob(x, context=labels))
        print(
            f"guidance {weight}: {np.mean(found == labels):.1%} agree, "
            f"{nats:.1f} nats given the label"
        )


if __name__ == "__main__":
    main()
