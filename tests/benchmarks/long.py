"""Prints the memory and the time of long sequences and of large images.

python -m tests.benchmarks.long [--only NAME ...]

Every line is a process of its own: the most memory that it had during the job,
less what it had after a small one of the same kind, and the seconds. One pass
over 1,000,000 symbols is not tried: it keeps them all.
"""

import argparse
import resource
import subprocess
import sys
import time

import keras
import numpy as np

from tf_autoregressive import anomaly
from tf_autoregressive import models

SYMBOLS = {
    "CharRNN-1x64": lambda: models.CharRNN(
        (100,), num_levels=65, units=64, num_layers=1
    ),
    "WaveNet-30x64": lambda: models.WaveNet((100,), num_levels=256),
}
IMAGES = {
    "PixelCNN-7x64": lambda side: models.PixelCNN(
        (side, side, 1), filters=32, num_blocks=7
    ),
    "GatedPixelCNN-7x64": lambda side: models.GatedPixelCNN(
        (side, side, 1), filters=64, num_layers=7
    ),
}
TRAINED = {
    "WaveNet-30x64": lambda **options: models.WaveNet(
        (16_384,), num_levels=256, **options
    ),
    "CharCNN-6x256": lambda **options: models.CharCNN(
        (16_384,), num_levels=65, **options
    ),
}


def symbols(name, number):
    """Returns the small and the large job of a stream of symbols."""
    model = SYMBOLS[name]()
    stream = anomaly.SurpriseStream(model)
    rng = np.random.default_rng(0)

    def observe(count):
        for _ in range(0, count, 10_000):
            stream.observe(rng.integers(model.num_levels, size=(1, 10_000)))

    return lambda: observe(1), lambda: observe(number)


def image(name, side, num_rows):
    """Returns the small and the large job of scoring one image."""

    def score(side):
        model = IMAGES[name](side)
        x = np.random.default_rng(0).integers(2, size=(1, *model.event_shape))
        if num_rows:
            return model.log_prob_in_bands(x, num_rows=num_rows).numpy()
        return model.log_prob(x).numpy()

    return lambda: score(16), lambda: score(side)


def training(name, rematerialise):
    """Returns the small and the large job of steps on one sequence."""
    model = TRAINED[name](rematerialise=rematerialise)
    shape = (1, *model.event_shape)
    x = np.random.default_rng(0).integers(model.num_levels, size=shape)
    model.compile(keras.optimizers.Adam())
    return (
        lambda: model.evaluate(x, verbose=0),
        lambda: model.fit(x, verbose=0),
    )


def drawing(name, number):
    """Returns the small and the large job of drawing images."""
    model = IMAGES[name](28)
    return lambda: model.sample(1, seed=0), lambda: model.sample(number, seed=0)


JOBS = {
    "symbols": [
        f"symbols({name!r}, {number})"
        for name, number in (
            ("CharRNN-1x64", 1_000_000),
            ("WaveNet-30x64", 100_000),
        )
    ],
    "images": [
        f"image({name!r}, 512, {num_rows})"
        for name in IMAGES
        for num_rows in (None, 32)
    ],
    "training": [
        f"training({name!r}, {rematerialise})"
        for name in TRAINED
        for rematerialise in (False, True)
    ],
    "drawing": [
        f"drawing({name!r}, {number})"
        for name in IMAGES
        for number in (64, 1024)
    ],
}


def run(small, large):
    """Prints the megabytes and the seconds of the large job."""
    small()
    before, start = _peak(), time.perf_counter()
    large()
    print(f"{_peak() - before:.0f} MB, {time.perf_counter() - start:.1f} s")


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    """Prints a line for each job."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=JOBS, default=JOBS)
    for kind in parser.parse_args().only:
        for job in JOBS[kind]:
            program = f"from tests.benchmarks.long import *; run(*{job})"
            found = subprocess.run(
                [sys.executable, "-c", program],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout.splitlines()[-1]
            print(f"{job:45} {found}", flush=True)


if __name__ == "__main__":
    main()
