"""Prints what an exported model costs beside the model in Python.

python -m tests.benchmarks.serving [--models NAME ...] [--num N]

The SavedModel is exported to a temporary directory and loaded in this process.
Python and the signatures alternate within one run, so that a drift of the
machine meets both; the medians are compared.
"""

import argparse
import pathlib
import tempfile
import time

import numpy as np
import tensorflow as tf

from export import export_model
from tests.benchmarks.models import MODELS
from tests.benchmarks.sampling import alternated
from tf_autoregressive.sampling_options import OPTIONS

DEFAULT = ["GatedPixelCNN-7x64"]


def megabytes(path):
    """Returns the size of all files below a directory."""
    files = (file for file in path.rglob("*") if file.is_file())
    return sum(file.stat().st_size for file in files) / 1e6


def measured(model, signatures, number):
    """Returns the seconds of each way of scoring and drawing."""
    shape = (number, *model.event_shape)
    x = np.random.default_rng(0).integers(model.num_levels, size=shape)
    events, x = tf.constant(x, tf.float32), tf.constant(x, tf.int32)
    request = {
        "num_samples": tf.constant(number),
        "seed": tf.constant(0, tf.int64),
        "first": tf.constant(0, tf.int64),
    }
    _, inputs = signatures["sample"].structured_input_signature
    for name in inputs.keys() & OPTIONS.keys():
        request[name] = tf.constant(OPTIONS[name].off, inputs[name].dtype)
    return alternated(
        {
            "log_prob, Python": lambda: model.log_prob(x),
            "log_prob, served": lambda: signatures["log_prob"](events=events),
            "sample, Python": lambda: model.sample(
                number, seed=0, return_log_prob=True
            ),
            "sample, served": lambda: signatures["sample"](**request),
        },
        repeats=9,
    )


def main():
    """Measures the models that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models", nargs="+", default=DEFAULT, choices=sorted(MODELS)
    )
    parser.add_argument("--num", type=int, default=16)
    arguments = parser.parse_args()
    for name in arguments.models:
        model = MODELS[name]()
        with tempfile.TemporaryDirectory() as folder:
            path = export_model(model, pathlib.Path(folder, "model"))
            start = time.perf_counter()
            loaded = tf.saved_model.load(path)
            load_seconds = time.perf_counter() - start
            weights = sum(np.prod(w.shape) for w in model.weights) * 4 / 1e6
            print(
                f"{name}: {megabytes(path):.1f} MB for {weights:.1f} MB of "
                f"weights, loaded in {load_seconds:.2f} s"
            )
            times = measured(model, loaded.signatures, arguments.num)
        for kind in ("log_prob", "sample"):
            python, served = (
                times[f"{kind}, {way}"] for way in ("Python", "served")
            )
            print(
                f"  {kind:9s}{1e3 * python:8.1f} ms in Python,"
                f"{1e3 * served:8.1f} ms served: {served / python:.2f}"
            )


if __name__ == "__main__":
    main()
