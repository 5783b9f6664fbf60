"""Prints the memory and the time of a training step, with rematerialisation.

python -m tests.benchmarks.memory [--models NAME ...] [--jit-compile]

Every line is a process of its own: the most memory that it had during a step
less what it had before, and the seconds of a step.
"""

import argparse
import resource
import subprocess
import sys
import time

import keras
import numpy as np

from tests.benchmarks.models import IMAGE_MODELS
from tf_autoregressive import models

MODELS = {
    **IMAGE_MODELS,
    "WaveNet-30x64": lambda **options: models.WaveNet(
        (1024,), num_levels=256, **options
    ),
    "CharRNN-3x256": lambda **options: models.CharRNN(
        (256,), num_levels=65, units=256, num_layers=3, **options
    ),
}
BATCH_SIZE = 64
NUM_STEPS = 2


def measure(name, jit_compile, rematerialise):
    """Prints the megabytes and the seconds of a step."""
    model = MODELS[name](rematerialise=rematerialise)
    rng = np.random.default_rng(0)
    shape = (BATCH_SIZE * NUM_STEPS, *model.event_shape)
    x = rng.integers(model.num_levels, size=shape).astype("int32")
    model.compile(keras.optimizers.Adam(), jit_compile=jit_compile)
    # A run without a step shows the memory of the libraries themselves.
    model.evaluate(x[:1], verbose=0)
    before = _peak()
    model.fit(x, batch_size=BATCH_SIZE, verbose=0)
    start = time.perf_counter()
    model.fit(x, batch_size=BATCH_SIZE, verbose=0)
    step = (time.perf_counter() - start) / NUM_STEPS
    print(f"{_peak() - before:.0f} MB, {step:.2f} s")


def _peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main():
    """Prints two lines for each model."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=MODELS, default=MODELS)
    parser.add_argument("--jit-compile", action="store_true")
    arguments = parser.parse_args()
    for name in arguments.models:
        for rematerialise in (False, True):
            program = (
                "from tests.benchmarks.memory import measure; "
                f"measure({name!r}, {arguments.jit_compile}, {rematerialise})"
            )
            found = subprocess.run(
                [sys.executable, "-c", program],
                check=True,
                stdout=subprocess.PIPE,
                text=True,
            ).stdout.strip()
            print(f"{name:24} rematerialise={rematerialise!s:6} {found}")


if __name__ == "__main__":
    main()
