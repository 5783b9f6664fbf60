"""Prints the memory and the time of a stream of surprises, piece by piece.

python -m tests.benchmarks.stream [--symbols N] [--units N]

A Char-RNN with random weights takes symbols in pieces of 10,000. Memory is the
largest that the process has had; it must not grow after the first piece.
"""

import argparse
import resource
import time

import numpy as np

from tf_autoregressive import anomaly
from tf_autoregressive import models

PIECE = 10_000


def main():
    """Prints a row for every tenth of the symbols."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--symbols", type=int, default=1_000_000)
    parser.add_argument("--units", type=int, default=32)
    arguments = parser.parse_args()
    model = models.CharRNN((100,), num_levels=64, units=arguments.units)
    stream = anomaly.SurpriseStream(model)
    rng = np.random.default_rng(0)
    num_pieces = arguments.symbols // PIECE
    print("   symbols   MB at most   microseconds a symbol", flush=True)
    for number in range(1, num_pieces + 1):
        start = time.perf_counter()
        stream.observe(rng.integers(0, 64, (1, PIECE)))
        seconds = time.perf_counter() - start
        if number == 1 or number % max(num_pieces // 10, 1) == 0:
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            cost = 1e6 * seconds / PIECE
            print(
                f"{stream.num_steps:10,d}{most:13.0f}{cost:24.1f}", flush=True
            )


if __name__ == "__main__":
    main()
