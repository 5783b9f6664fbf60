"""Prints how many images a second train here and in PyTorch, and the ratio.

python -m tests.benchmarks.against_torch [--models NAME ...] [--rounds 2]

Needs PyTorch: `pip install torch`. Networks of the same depth, width and batch
size; here in bfloat16, in PyTorch in float32, its default, and in bfloat16.
Each is timed in a process of its own, in turn, and the medians are compared.
"""

import argparse
import concurrent.futures
import multiprocessing
import statistics

BATCH_SIZE, STEPS = 16, 50

# Imports stand in the functions: a process has one of the two frameworks, whose
# threads would disturb those of the other.


def here(name):
    """Returns images a second of Keras `fit`."""
    from tests.benchmarks.models import MODELS
    from tests.benchmarks.training import images_per_second

    return images_per_second(
        MODELS[name](dtype="mixed_bfloat16"),
        BATCH_SIZE,
        steps=STEPS,
        epochs=1,
        jit_compile=False,
    )


def there(name, bfloat16):
    """Returns images a second of PyTorch."""
    from tests.benchmarks.torch_models import images_per_second

    return images_per_second(name, BATCH_SIZE, STEPS, bfloat16=bfloat16)


WAYS = {
    "here": (here,),
    "PyTorch, float32": (there, False),
    "PyTorch, bfloat16": (there, True),
}


def in_turn(name, rounds):
    """Returns the median of every way."""
    speeds = {way: [] for way in WAYS}
    with concurrent.futures.ProcessPoolExecutor(
        1, multiprocessing.get_context("spawn"), max_tasks_per_child=1
    ) as process:
        for _ in range(rounds):
            for way, (function, *arguments) in WAYS.items():
                future = process.submit(function, name, *arguments)
                speeds[way].append(future.result())
    return {way: statistics.median(found) for way, found in speeds.items()}


def main():
    """Prints a few lines for each model."""
    names = ["PixelCNN-7x64", "GatedPixelCNN-7x64"]
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", nargs="+", choices=names, default=names)
    parser.add_argument("--rounds", type=int, default=2)
    arguments = parser.parse_args()
    for name in arguments.models:
        speeds = in_turn(name, arguments.rounds)
        print(f"{name}, batch {BATCH_SIZE}:")
        for way, speed in speeds.items():
            ratio = speeds["here"] / speed
            print(f"    {way:18s} {speed:5.0f} images/s, x {ratio:.2f}")


if __name__ == "__main__":
    main()
