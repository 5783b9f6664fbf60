"""Prints how near training, scoring and drawing come to the machine's limits.

python -m tests.benchmarks.roofline [--models NAME ...] [--record PATH]

The work is counted from the layers (`counting.py`); the machine's peaks, those
of a large product and of a large copy, are measured in the same run. The share
is the time that the work takes at those peaks, by the time that it took.
Training is a step of Keras `fit` with Adam; scoring is the faster of a plain
graph and XLA; drawing is a plain graph. Sequences have 1,000 symbols.

The record keeps the rows of models that this run leaves out. The docs draw
their figure and table from it.
"""

import argparse
import json
import pathlib
import typing

import numpy as np
import tensorflow as tf

from tests.benchmarks import counting
from tests.benchmarks import machine
from tests.benchmarks import models
from tests.benchmarks import sequences
from tests.benchmarks.sampling import alternated
from tests.benchmarks.training import images_per_second
from tf_autoregressive import files

RECORD = pathlib.Path(__file__).parent / "records" / "roofline.json"

# Number of symbols of an event of the models below.
_NUM_STEPS = 1000
SYMBOLS = {**sequences.TEXT_MODELS, "WaveNet": sequences.wavenet}
NAMES = [*models.MODELS, *SYMBOLS]


class Setting(typing.NamedTuple):
    """How a kind of model is run.

    Attributes:
        dtype: Dtype policy of training; the rest is in float32.
        batch_size: Number of events of a step of training.
        steps: Number of steps that are timed.
        number: Number of events that are scored and drawn.
        jit_compile: Whether training compiles with XLA.
    """

    dtype: str
    batch_size: int
    steps: int
    number: int
    jit_compile: bool

    @property
    def compute_dtype(self):
        """The dtype of the products of training."""
        return self.dtype.removeprefix("mixed_")


# What is faster on a CPU, and what the speed tables have.
VECTORS = Setting("float32", 100, 200, 64, jit_compile=True)
IMAGES = Setting("mixed_bfloat16", 16, 8, 64, jit_compile=False)
SEQUENCES = Setting("float32", 8, 2, 8, jit_compile=False)


def setting_of(name):
    """Returns the `Setting` of a model of the table."""
    if name in models.IMAGE_MODELS:
        return IMAGES
    return VECTORS if name in models.VECTOR_MODELS else SEQUENCES


def made(name, dtype):
    """Returns a model of the table, with random weights."""
    if name in SYMBOLS:
        return SYMBOLS[name](_NUM_STEPS)
    return models.MODELS[name](dtype=dtype)


def rows_of(name, peaks):
    """Yields a row, a dict, of training, scoring and drawing."""
    setting = setting_of(name)
    model = made(name, setting.dtype)
    work = counting.training(model, setting.batch_size)
    seconds = seconds_of_step(model, setting)
    yield _row(name, "training", setting.compute_dtype, work, seconds, peaks)
    model = made(name, "float32")
    for way, seconds in seconds_of_events(model, setting.number).items():
        work = getattr(counting, way)(model, setting.number)
        yield _row(name, way, "float32", work, seconds, peaks)


def seconds_of_step(model, setting):
    """Returns the seconds of a step of `fit`."""
    speed = images_per_second(
        model,
        setting.batch_size,
        steps=setting.steps,
        epochs=1,
        jit_compile=setting.jit_compile,
    )
    return setting.batch_size / speed


def seconds_of_events(model, number):
    """Returns the seconds of scoring and of drawing so many events."""
    shape = (number, *model.event_shape)
    x = np.random.default_rng(0).integers(model.num_levels, size=shape)
    x = tf.constant(x, tf.int32)
    graph, compiled = (
        tf.function(model.score, jit_compile=jit, autograph=False)
        for jit in (False, True)
    )
    taken = alternated(
        {
            "graph": lambda: graph(x),
            "XLA": lambda: compiled(x),
            "drawing": lambda: model.sample(number, seed=0),
        },
        repeats=3,
    )
    return {
        "scoring": min(taken["graph"], taken["XLA"]),
        "drawing": taken["drawing"],
    }


def _row(name, way, dtype, work, seconds, peaks):
    bounds = peaks.bounds(work, dtype)
    return {
        "model": name,
        "way": way,
        "dtype": dtype,
        "operations": work.operations,
        "bytes": work.num_bytes,
        "seconds": seconds,
        "bound": max(bounds, key=bounds.get),
        "share": peaks.least_seconds(work, dtype) / seconds,
    }


HEAD = (
    *("model", "what", "dtype", "GFLOP", "MB", "FLOP/byte", "ms", "GFLOP/s"),
    *("bound by", "share"),
)


def cells(row):
    """Returns a row as texts, in the order of `HEAD`."""
    operations, num_bytes = row["operations"], row["bytes"]
    return [
        f"`{row['model']}`",
        row["way"],
        row["dtype"],
        f"{operations / 1e9:.3g}",
        f"{num_bytes / 1e6:.3g}",
        f"{operations / num_bytes:.0f}",
        f"{row['seconds'] * 1e3:.3g}",
        f"{operations / row['seconds'] / 1e9:.3g}",
        row["bound"],
        f"{row['share']:.0%}",
    ]


def recorded(path=RECORD):
    """Returns the record, `{"peaks": ..., "rows": [...]}`."""
    return json.loads(path.read_text())


def add_to_record(path, peaks, rows):
    """Replaces the rows of the same models, and the peaks."""
    names = [row["model"] for row in rows]
    earlier = recorded(path)["rows"] if path.exists() else []
    kept = [row for row in earlier if row["model"] not in names]
    record = {
        "peaks": peaks._asdict(),
        "rows": sorted(
            [*kept, *rows], key=lambda row: NAMES.index(row["model"])
        ),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    files.replace_text(path, json.dumps(record, indent=1) + "\n")


def main():
    """Prints a line for each model and what it does, and keeps a record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--record", type=pathlib.Path, default=RECORD)
    arguments = parser.parse_args()
    peaks = machine.measured()
    for dtype, speed in peaks.operations.items():
        print(f"products in {dtype}: {speed / 1e9:.0f} GFLOP/s")
    print(f"copies: {peaks.num_bytes / 1e9:.1f} GB/s, read and written")
    print(f"| {' | '.join(HEAD)} |\n|{' --- |' * len(HEAD)}", flush=True)
    for name in arguments.models:
        rows = []
        for row in rows_of(name, peaks):
            rows.append(row)
            print(f"| {' | '.join(cells(row))} |", flush=True)
        add_to_record(arguments.record, peaks, rows)


if __name__ == "__main__":
    main()
