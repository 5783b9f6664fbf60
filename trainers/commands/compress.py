"""`tfar compress`: files in fewer bits, by a finished run's model."""

import argparse
import contextlib
import itertools
import pathlib

from .. import files
from ..errors import UsageError
from ..errors import usage_errors
from ..training.finished_run import TrainedRun
from ..training.finished_run import finished_run
from .arguments import add_run
from .arguments import positive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.epilog = (
        "What is written decodes on the machine and with the versions that "
        "wrote it; elsewhere it does so or ends in an error, never in other "
        "values. A command that was stopped goes on where it was."
    )
    add_run(parser)
    parser.add_argument(
        "--input",
        required=True,
        metavar="PATH",
        help="a folder of images, an .npz or .npy file, a text or a folder of "
        ".txt files, a sound or a folder of .wav files, as the model has them",
    )
    parser.add_argument(
        "--key",
        default="x",
        help="the array in an .npz file (default: x)",
    )
    parser.add_argument(
        "--output", required=True, metavar="FILE", help="e.g. photos.tfar"
    )
    parser.add_argument(
        "--batch-size",
        type=positive(int),
        default=64,
        metavar="N",
        help="events, or pieces of one long text or sound, that are coded side "
        "by side (default: 64)",
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "model"),
        default="float32",
        help="what computes: float32, with which files are smaller, or what "
        "the run was trained in (default: float32)",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="decode everything before the file gets its name",
    )


def run(arguments: argparse.Namespace) -> None:
    """Compress files without loss, by a finished run's model."""
    directory = finished_run(arguments.run)
    output = pathlib.Path(arguments.output)
    files.check_directory(output)
    model = directory.load_model()

    from tf_autoregressive.models.precision import in_float32

    from ..media import archive

    if arguments.precision == "float32":
        model = in_float32(model)

    with (
        usage_errors(),
        contextlib.closing(
            archive.opened(
                pathlib.Path(arguments.input),
                model,
                directory.rate(),
                arguments.key,
            )
        ) as source,
    ):
        if model.context.expected:
            raise UsageError(
                "The model takes contexts, which files do not have. Use "
                "`tf_autoregressive.compression.Codec` in Python."
            )
        about = {**source.about, "run": _named(directory, arguments.run)}
        partial = output.with_name(f"{output.name}.part")
        way = _way(model, source, arguments.batch_size)
        way.write(partial, about)
        if arguments.verify:
            way.verify(partial)
    partial.replace(output)
    way.state_path(partial).unlink(missing_ok=True)
    bits = 8 * output.stat().st_size / way.num_values
    print(
        f"{output}: {output.stat().st_size:,} bytes, {bits:.4f} bits a "
        f"dimension, {way.num_values:,} values"
    )


def _named(directory, run):
    """Returns the name by which decoding finds the run."""
    if isinstance(directory, TrainedRun):
        # Its folder lies elsewhere on another machine.
        return run
    return str(directory.path.resolve())


class _Events:
    """The way of events, which are coded one by one.

    Args:
        codec: A `Codec`.
        source: The events.
    """

    def __init__(self, codec, source):
        self._codec, self._source = codec, source
        self.num_values = len(source) * codec.model.num_dims

    def state_path(self, path):
        """Returns the file of a state beside a file that is not whole."""
        return path.with_name(f"{path.name}.state")

    def write(self, path, about):
        """Writes what is missing behind what a file holds from before."""
        source, size = self._source, self._codec.block_events
        with _opened(path) as file, _bar(len(source), "compress") as bar:
            writer = self._codec.writer(file, about)
            writer.check_kept(source.read, path)
            bar.update(writer.num_events)
            for start in range(writer.num_events, len(source), size):
                stop = min(start + size, len(source))
                writer.write(source.read(start, stop))
                file.flush()
                bar.update(stop - start)
            writer.end()

    def verify(self, path):
        """Decodes a file, and compares it with the source."""
        import numpy as np

        with path.open("rb") as file, _bar(len(self._source), "verify") as bar:
            blocks = self._codec.reader(file).pieces()
            for start, values in itertools.chain.from_iterable(blocks):
                stop = start + len(values)
                if not np.array_equal(values, self._source.read(start, stop)):
                    raise UsageError(
                        f"{start} to {stop} came back as others. Nothing was "
                        f"written but {path}."
                    )
                bar.update(len(values))


class _Stream(_Events):
    """The way of one long sequence.

    Args:
        codec: A `StreamCodec`.
        source: The `Signals`.
    """

    def __init__(self, codec, source):
        self._codec, self._source = codec, source
        self.num_values = len(source)

    def write(self, path, about):
        """Writes what is missing behind what a file holds from before."""
        source = self._source
        with _opened(path) as file, _bar(len(source), "compress") as bar:
            writer = self._codec.writer(
                file, len(source), about, self.state_path(path)
            )
            bar.update(writer.num_steps)
            for number in writer.write(source.read, path):
                bar.update(number)
            writer.end()


def _way(model, source, batch_size):
    """Returns the way in which a source is written and read back."""
    from tf_autoregressive.compression import Codec
    from tf_autoregressive.compression import StreamCodec
    from tf_autoregressive.compression.stream_steps import can_stream

    from ..media import signals

    if isinstance(source, signals.Signals):
        if can_stream(model):
            return _Stream(StreamCodec(model, batch_size=batch_size), source)
        source = signals.Windows(source, model.event_shape[0])
    return _Events(Codec(model, batch_size=batch_size), source)


def _opened(path):
    return path.open("r+b" if path.exists() else "w+b")


def _bar(total, what):
    from tqdm import tqdm

    return tqdm(total=total, unit="", desc=what, disable=None)
