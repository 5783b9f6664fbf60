"""Prints the seconds from a name of a trained model to its first samples.

python -m tests.benchmarks.pretrained [NAME ...] [--repeats N]

Every measurement is a process of its own, which imports TensorFlow before the
clock starts. Then it imports the models, loads one by its name, and draws 16
samples, as a program does that begins with a trained model. The table has the
median, and the seconds of each part of that process.
"""

import argparse
import json
import subprocess
import sys

import numpy as np

from tf_autoregressive import trained

NUM_SAMPLES = 16

_PROGRAM = """
import json, sys, time
import tensorflow

start = time.perf_counter()
import tf_autoregressive.models as models
imported = time.perf_counter()
model = models.load(sys.argv[1])
loaded = time.perf_counter()
model.sample({num}, seed=0, **json.loads(sys.argv[2])).numpy()
drawn = time.perf_counter()
print(json.dumps([imported - start, loaded - imported, drawn - loaded]))
"""


def measured(name):
    """Returns the seconds of importing the models, loading one, and drawing."""
    process = subprocess.run(
        [
            sys.executable,
            "-c",
            _PROGRAM.format(num=NUM_SAMPLES),
            name,
            json.dumps(options(name)),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(process.stdout.splitlines()[-1])


def options(name):
    """Returns what a draw of the model needs: songs need their lengths."""
    path = trained.folder(name) / "run" / "config.json"
    recipe = json.loads(path.read_text(encoding="utf-8"))["recipe"]
    is_variable = recipe["model_options"].get("variable_length", False)
    return {"context": 64} if is_variable else {}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=trained.names())
    parser.add_argument("--repeats", type=int, default=3)
    arguments = parser.parse_args()
    print("| model | imports | loading | drawing 16 | together |")
    print("|---|---|---|---|---|")
    for name in arguments.names:
        runs = [measured(name) for _ in range(arguments.repeats)]
        median = sorted(runs, key=sum)[len(runs) // 2]
        parts = " | ".join(f"{seconds:.1f}" for seconds in median)
        print(f"| `{name}` | {parts} | {np.sum(median):.1f} |", flush=True)


if __name__ == "__main__":
    main()
