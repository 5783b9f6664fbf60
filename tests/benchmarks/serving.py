"""Prints what an exported model costs beside the model in Python.

python -m tests.benchmarks.serving [--models NAME ...] [--num N]

The SavedModel is exported to a temporary directory and loaded in this process.
Python and the signatures alternate within one run, so that a drift of the
machine meets both; the medians are compared. Then what scoring of a file and a
client cost beside the signature alone: the server is a test double in this
process, whose own time counts.
"""

import argparse
import gc
import pathlib
import tempfile
import time

import numpy as np
import tensorflow as tf

from export import Client
from export import SavedModelScorer
from export import export_model
from export import open_rows
from export import score_rows
from tests.benchmarks.models import MODELS
from tests.benchmarks.sampling import alternated
from tests.export.serving_double import ServedModel
from tests.export.serving_double import grpc_server
from tests.export.serving_double import rest_server
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


def without_result(function):
    """Returns a function for `alternated`: what it does is done at its end."""

    def call():
        function()
        return ()

    return call


def measured_around(scorer, path, number, folder):
    """Returns the seconds of scoring events from a file and by a client."""
    _, specs = scorer.structured_input_signature
    events = np.zeros((number, *specs["events"].shape[1:]), "uint8")
    np.save(folder / "x.npy", events)
    saved = SavedModelScorer(path)
    served = ServedModel("model", path)

    def score_file():
        output = folder / f"scores-{time.monotonic_ns()}"
        with open_rows(folder / "x.npy", "", events.shape[1:]) as rows:
            score_rows(saved, rows, output)

    with (
        grpc_server(served) as grpc_host,
        rest_server(served) as rest_host,
        Client(grpc_host, "model") as over_grpc,
        Client(rest_host, "model") as over_rest,
    ):
        ways = {
            "signature alone": lambda: [
                saved(events[start : start + 256])
                for start in range(0, number, 256)
            ],
            "file": score_file,
            "client, gRPC": lambda: over_grpc.log_prob(events),
            "client, REST": lambda: over_rest.log_prob(events),
        }
        return alternated(
            {name: without_result(way) for name, way in ways.items()},
            repeats=5,
        )


def main():
    """Measures the models that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--models", nargs="+", default=DEFAULT, choices=sorted(MODELS)
    )
    parser.add_argument("--num", type=int, default=16)
    parser.add_argument("--rows", type=int, default=1024, help="to score")
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
            # A client has no graphs that its garbage collector looks through.
            gc.freeze()
            times = measured(model, loaded.signatures, arguments.num)
            around = measured_around(
                loaded.signatures["log_prob"],
                path,
                arguments.rows,
                pathlib.Path(folder),
            )
        for kind in ("log_prob", "sample"):
            python, served = (
                times[f"{kind}, {way}"] for way in ("Python", "served")
            )
            print(
                f"  {kind:9s}{1e3 * python:8.1f} ms in Python,"
                f"{1e3 * served:8.1f} ms served: {served / python:.2f}"
            )
        for kind, seconds in around.items():
            ratio = seconds / around["signature alone"]
            print(
                f"  {arguments.rows} rows, {kind:16s}{1e3 * seconds:8.1f} ms: "
                f"{ratio:.2f}"
            )


if __name__ == "__main__":
    main()
