"""Prints how small a run's model makes test data, and other coders.

python -m tests.benchmarks.compression RUN [--number N] [--batch-size B]
    [--float32] [--data-dir FOLDER]
    pip install zstandard pillow-jxl-plugin  # for the rows of these coders

RUN is a run, or the name of a trained model of the package. The kind of its
data decides what is compressed, of the test data: images, recordings of ten
spoken digits, 100,000 characters, or 20 pieces of music. FOLDER has the data,
where the run does not say where they are.

Each coder is given all of it at once, which suits it better than one after the
other, in several forms, of which the smallest result counts. The model's data
are decoded and compared; its weights are not counted. `-log2 p(x)` is the code
length, by one pass over the data. Sampling as many events, in the same batches,
tells what decoding could cost. `--float32` computes with the weights of a model
of mixed_bfloat16, whose conditionals are less exact, as exports do.
"""

import argparse
import functools
import time
import typing

import numpy as np

from tests.benchmarks import other_coders
from tests.compression.streams import num_code_bits
from tf_autoregressive.anomaly import SurpriseStream
from tf_autoregressive.compression import Codec
from tf_autoregressive.compression import StreamCodec
from tf_autoregressive.models.precision import in_float32
from trainers import data
from trainers.training.finished_run import finished_run


class Task(typing.NamedTuple):
    """Data of a run, and the ways to compress them.

    Attributes:
        what: A line that says what they are.
        x: The values.
        context: Their contexts, or `None`.
        codec: A `Codec` or a `StreamCodec`.
        extra_bytes: Bytes that the data need besides: lengths of pieces.
        num_values: Number of the values.
        others: Iterator over names, functions and forms of other coders.
    """

    what: str
    x: np.ndarray
    context: typing.Any
    codec: typing.Any
    extra_bytes: int
    num_values: int
    others: typing.Any


def task_of(run, number, batch_size, prepared, data_dir):
    """Returns the model of a run, prepared by a function, and its `Task`."""
    directory = finished_run(run)
    model, config = prepared(directory.load_model()), directory.read_config()
    make = {
        "tiny_shakespeare": _text,
        "spoken_digits": _sound,
        "jsb_chorales": _music,
    }.get(config.recipe.dataset, _images)
    data_dir = data_dir or config.data_dir
    loaded = data.load(config.recipe, data_dir)
    return model, make(model, loaded, number, batch_size, data_dir)


def _images(model, loaded, number, batch_size, data_dir):
    # The test images of binarized MNIST are sorted by digit.
    test = loaded.test.shuffle(10_000, seed=0).take(number or 1000)
    x = np.stack([*test.as_numpy_iterator()]).astype("int32")
    return Task(
        f"{len(x):,} test images of shape {model.event_shape}, shuffled",
        x,
        None,
        Codec(model, batch_size=batch_size),
        0,
        x.size,
        other_coders.of_images(x, model.num_levels),
    )


def _text(model, loaded, number, batch_size, data_dir):
    windows = np.stack([*loaded.test.as_numpy_iterator()])
    x = windows.reshape(-1)[: number or 100_000].astype("int32")
    return Task(
        f"the first {len(x):,} characters of the test split",
        x,
        None,
        StreamCodec(model, batch_size=batch_size),
        0,
        x.size,
        other_coders.of_text(model.decode(x)),
    )


def _sound(model, loaded, number, batch_size, data_dir):
    with np.load(f"{data_dir}/fsdd_8khz.npz") as stored:
        signals = np.split(stored["audio"], np.cumsum(stored["length"])[:-1])
        is_test = stored["index"] < 5
        # The first test recording of every digit.
        chosen = [
            np.flatnonzero(is_test & (stored["digit"] == digit))[0]
            for digit in range(number or 10)
        ]
        rate = int(stored["rate"])
    samples = np.concatenate([signals[index] for index in chosen])
    return Task(
        f"{len(chosen)} recordings of spoken digits, {len(samples):,} samples",
        samples.astype("int32") + 32768,
        None,
        StreamCodec(model, batch_size=batch_size),
        0,
        samples.size,
        other_coders.of_sound(samples, rate),
    )


def _music(model, loaded, number, batch_size, data_dir):
    pieces = [*loaded.test.take(number or 20).as_numpy_iterator()]
    x = np.stack([notes for notes, _ in pieces]).astype("int32")
    lengths = np.array([length for _, length in pieces])
    steps = np.concatenate(
        [notes[:length] for notes, length in zip(x, lengths, strict=True)]
    )
    return Task(
        f"{len(x)} pieces of {len(steps):,} steps, their lengths in 2 bytes",
        x,
        lengths,
        Codec(model, batch_size=batch_size),
        2 * len(x),
        steps.size,
        other_coders.of_notes(steps),
    )


def timed(function, *arguments):
    """Returns what a function returns, and its seconds."""
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def code_length(model, task):
    """Returns `-log2 p(x)`, of a stream by the rows that it is coded in."""
    if task.context is not None:
        return -np.sum(model.log_prob(task.x, task.context)) / np.log(2)
    if isinstance(task.codec, Codec):
        return -np.sum(model.predict(task.x, verbose=0)) / np.log(2)
    layout = task.codec.layout(len(task.x))
    nats = 0.0
    for start in range(0, layout.length, layout.row_steps):
        row = task.x[None, start : start + layout.row_steps]
        nats += SurpriseStream(model).observe(row).sum(dtype="float64")
    return nats / np.log(2)


def smallest(function, forms):
    """Returns the fewest bytes of any form, and the seconds for it."""
    found = [timed(function, form) for form in forms]
    return min((len(packed), seconds) for packed, seconds in found)


def sampled(model, task):
    """Draws as many events or steps as there are, in the same batches."""
    batch = task.codec.batch_size
    if isinstance(task.codec, StreamCodec):
        layout = task.codec.layout(len(task.x))
        model.generate(layout.num_rows, layout.row_steps, seed=0).numpy()
        return
    for start in range(0, len(task.x), batch):
        rows = slice(start, start + batch)
        given = None if task.context is None else task.context[rows]
        model.sample(len(task.x[rows]), seed=start, context=given).numpy()


def main():
    """Prints the table of a run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run")
    parser.add_argument("--number", type=int)
    parser.add_argument("--batch-size", type=int, default=64)
    parser.add_argument(
        "--float32",
        dest="prepared",
        action="store_const",
        const=in_float32,
        default=lambda model: model,
    )
    parser.add_argument("--data-dir")
    model, task = task_of(**vars(parser.parse_args()))
    contexts = [] if task.context is None else [task.context]
    compress = functools.partial(task.codec.compress, task.x, *contexts)
    # Graphs are traced before the clock runs.
    blob = compress()
    sampled(model, task)
    blob, encoding = timed(compress)
    back, decoding = timed(task.codec.decompress, blob, *contexts)
    np.testing.assert_array_equal(back, task.x)
    _, sampling = timed(sampled, model, task)

    def row(name, size, *seconds):
        times = "  ".join(f"{each:8.1f} s" for each in seconds)
        bits = 8 * size / task.num_values
        print(f"{name:28}{size:10,.0f} bytes{bits:9.4f}  {times}")

    print(f"{task.what}; bits a value")
    row("-log2 p(x)", code_length(model, task) / 8)
    has_context = task.context is not None
    row("the code alone", num_code_bits(blob, has_context=has_context) / 8)
    size = len(blob) + task.extra_bytes
    row(f"{type(model).__name__}, whole file", size, encoding, decoding)
    for name, function, forms in task.others:
        row(name, *smallest(function, forms))
    print(
        f"sampling as many: {sampling:.1f} s; decoding / sampling: "
        f"{decoding / sampling:.2f}"
    )


if __name__ == "__main__":
    main()
