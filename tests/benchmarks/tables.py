"""The tables of speed of README: what is measured for a row, and its cells.

Numbers of a row are kept by their column, in seconds or events a second. Cells
are made of them, so that a record can be written as a table again.
"""

import importlib.util
import typing

import tensorflow as tf

from tests.benchmarks import recurrence
from tests.benchmarks import sampling
from tests.benchmarks import sequence_lstm
from tests.benchmarks import sequences
from tests.benchmarks.models import MODELS


class Table:
    """A table of speed.

    Attributes:
        name: Its name on the command line, in the record, and in README.
        head: The heads of its columns.
        labels: By the name of a row, the text of its first cell.
        needs: Modules of other projects that it compares with.
    """

    name = ""
    head = ()
    labels: typing.ClassVar = {}
    needs = ()

    def missing(self):
        """Returns the modules that it needs and that are not installed."""
        return [
            module
            for module in self.needs
            if importlib.util.find_spec(module) is None
        ]

    def measure(self, row, *, quick):
        """Returns the numbers of a row, a dict.

        Args:
            row: The name of a row.
            quick: Whether to measure something small, once, to see that it
                works. The numbers are then worth nothing.
        """
        raise NotImplementedError

    def cells(self, found):
        """Returns the texts of a row's cells, but for the first."""
        raise NotImplementedError

    def rows(self, record):
        """Returns the head and the rows of what was recorded, as texts.

        Args:
            record: By the name of a row, what `measure` returned.
        """
        return [
            list(self.head),
            *(
                [label, *self.cells(record[row])]
                for row, label in self.labels.items()
                if row in record
            ),
        ]


class Others(Table):
    """Drawing and gradients, in seconds, beside TensorFlow Probability."""

    name = "tfp"
    head = ("", "TFP", "here, plain graph", "here, XLA", "times as fast")
    labels: typing.ClassVar = {
        "made-draws": "`MADE` 500-500, drawing 64 events of 784",
        "pixel-cnn-draws": "`PixelCNNPlusPlus`, 1 block of 40 filters, "
        "drawing 4 images of 28 x 28",
        "made-gradients": "`MADE` 500-500, gradients of 100 events",
        "pixel-cnn-gradients": "`PixelCNNPlusPlus`, gradients of 16 images",
    }
    needs = ("tf_keras",)

    def measure(self, row, *, quick):
        # TFP's networks need `tf_keras`, which may be missing.
        from tests.benchmarks import others

        if quick:
            return sampling.alternated(others.WAYS[row](1), repeats=1)
        return sampling.alternated(others.WAYS[row](), repeats=3)

    def cells(self, found):
        theirs = min(
            seconds for way, seconds in found.items() if way.startswith("TFP")
        )
        times = [theirs, found["here"], found["here, XLA"]]
        return [*map(_two_digits, times), f"{theirs / min(times[1:]):.1f}"]


class Draws(Table):
    """Drawing events, in scoring passes over as many."""

    numbers = ()

    def measure(self, row, *, quick):
        model = MODELS[row]()
        found = {}
        for number in [2] if quick else self.numbers:
            times = sampling.measured(model, number, full=False, walk=False)
            score = min(times["score, graph"], times["score, XLA"])
            for way in ("graph", "XLA"):
                found[f"{number}, {way}"] = times[f"sample, {way}"] / score
        return found

    def cells(self, found):
        return [f"{passes:.1f}" for passes in found.values()]


class VectorDraws(Draws):
    """Drawing vectors, in scoring passes."""

    name = "vectors"
    numbers = (64, 2048)
    head = (
        "drawing N events, in scoring passes over N",
        *("N = 64, plain graph", "N = 64, XLA"),
        *("N = 2048, plain graph", "N = 2048, XLA"),
    )
    labels: typing.ClassVar = {
        "FVSBN": "`FVSBN`, 28 x 28",
        "NADE-500": "`NADE`, 500 units",
        "MADE-500-500": "`MADE`, 500-500",
    }


class ImageDraws(Draws):
    """Drawing images, in scoring passes."""

    name = "images"
    numbers = (64, 256)
    head = (
        "drawing N images, in scoring passes over N",
        *("N = 64, plain graph", "N = 64, XLA"),
        *("N = 256, plain graph", "N = 256, XLA"),
    )
    labels: typing.ClassVar = {
        "PixelCNN-7x64": "`PixelCNN`",
        "GatedPixelCNN-7x64": "`GatedPixelCNN`",
        "GatedPixelCNN-7x63-256-way": "`GatedPixelCNN`, 63 channels, "
        "32 x 32 x 3, 256-way",
        "PixelCNN++-1x40": "`PixelCNNPlusPlus`, 1 block of 40 filters, "
        "32 x 32 x 3",
        "RowLSTM-3x32": "`PixelRNN`, 3 Row LSTMs of 32 units",
        "DiagonalBiLSTM-1x32": "`PixelRNN`, 1 Diagonal BiLSTM of 32 units",
        "PixelSNAIL-4x64": "`PixelSNAIL`, 4 blocks of 64 filters",
        "ImageTransformer-4x128": "`ImageTransformer`, 4 layers of 128",
    }


class Symbols(Table):
    """Drawing symbols: in microseconds, and in scoring passes."""

    name = "sequences"
    head = (
        "drawing symbols",
        *("microseconds a symbol, plain graph", "the same, XLA"),
        "64 x 1,000 symbols, in scoring passes",
    )
    labels: typing.ClassVar = {
        "NGramMLP": "`NGramMLP`, 12 characters",
        "CharRNN-2x128": "`CharRNN`, 2 layers of 128",
        "CharRNN-2x512": "`CharRNN`, 2 layers of 512",
        "CharCNN-6x256": "`CharCNN`, 6 layers of 256",
        "WaveNet": "`WaveNet`, 3 stacks of 10 layers of 64",
    }

    def measure(self, row, *, quick):
        number, steps = (2, 100) if quick else (64, 1000)
        make = sequences.TEXT_MODELS.get(row, sequences.wavenet)
        model = make(steps)
        graph, compiled = (
            sequences.drawing(model, 1, steps, jit) / steps
            for jit in (False, True)
        )
        several = sequences.drawing(model, number, steps, jit_compile=False)
        passes = several / sequences.scoring(model, number)
        return {"graph": graph, "XLA": compiled, "passes": passes}

    def cells(self, found):
        times = [f"{1e6 * found[way]:.0f}" for way in ("graph", "XLA")]
        return [*times, f"{found['passes']:.1f}"]


class Training(Table):
    """Images a second of training, beside PyTorch."""

    name = "torch"
    head = (
        "images a second of training",
        *("here, bfloat16", "PyTorch, float32", "PyTorch, bfloat16"),
    )
    labels: typing.ClassVar = {
        "PixelCNN-7x64": "`PixelCNN`",
        "GatedPixelCNN-7x64": "`GatedPixelCNN`",
    }
    needs = ("torch",)

    def measure(self, row, *, quick):
        from tests.benchmarks import against_torch

        return against_torch.in_turn(row, rounds=1 if quick else 2)

    def cells(self, found):
        return [f"{speed:.0f}" for speed in found.values()]


class Recurrence(Table):
    """Training steps of layers, beside the same layers written plainly."""

    name = "recurrence"
    head = ("training", "here", "plainly", "times as fast")
    labels: typing.ClassVar = {
        "diagonal": "7 Diagonal BiLSTMs of 16 units, 16 images, "
        "beside pixel by pixel",
        "float32": "an LSTM of 512 units, 21 sequences of 780 steps, "
        "beside Keras's",
        "mixed_bfloat16": "the same LSTM in bfloat16, beside Keras's",
    }

    def measure(self, row, *, quick):
        repeats = 1 if quick else 5
        if row == "diagonal":
            size = (7, 7) if quick else (28, 28)
            found = sampling.alternated(recurrence.pair(size), repeats)
            names = "by diagonals", "pixel by pixel"
        else:
            shape = (2, 10, 512) if quick else (21, 780, 512)
            pair = sequence_lstm.pair(shape, row)
            found = sampling.alternated(pair, repeats)
            names = "here", "Keras"
        here, plainly = (found[name] for name in names)
        return {"here": here, "plainly": plainly}

    def cells(self, found):
        here, plainly = found["here"], found["plainly"]
        return [f"{here:.2f} s", f"{plainly:.2f} s", f"{plainly / here:.1f}"]


def _two_digits(seconds):
    return f"{seconds:.2g}"


TABLES = {
    table.name: table
    for table in (
        Others(),
        VectorDraws(),
        ImageDraws(),
        Symbols(),
        Training(),
        Recurrence(),
    )
}


def versions():
    """Returns the versions of what the numbers depend on, by name."""
    import keras
    import tensorflow_probability as tfp

    return {
        "TensorFlow": tf.__version__,
        "Keras": keras.__version__,
        "TFP": tfp.__version__,
    }
