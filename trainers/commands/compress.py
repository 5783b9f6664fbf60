"""`tfar compress`: files in fewer bits, by a finished run's model."""

import argparse
import pathlib

from .. import files
from ..errors import UsageError
from ..errors import usage_errors
from ..training.finished_run import finished_run
from .arguments import add_run
from .arguments import positive


def add_arguments(parser: argparse.ArgumentParser):
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
        help="events that are coded side by side (default: 64)",
    )
    parser.add_argument(
        "--verify",
        action="store_true",
        help="decode everything before the file gets its name",
    )


def run(arguments: argparse.Namespace):
    """Compress files without loss, by a finished run's model."""
    directory = finished_run(arguments.run)
    output = pathlib.Path(arguments.output)
    files.check_directory(output)
    model = directory.load_model()
    from ..media import archive

    with usage_errors():
        source = archive.opened(
            pathlib.Path(arguments.input),
            model,
            directory.rate(),
            arguments.key,
        )
        if model.context.expected:
            raise UsageError(
                "The model takes contexts, which files do not have. Use "
                "`tf_autoregressive.compression.Codec` in Python."
            )
        codec = _codec(model, arguments.batch_size)
        about = {**source.about, "run": str(directory.path.resolve())}
        partial = output.with_name(f"{output.name}.part")
        _write(codec, partial, source, about)
        if arguments.verify:
            _verify(codec, partial, source)
    partial.replace(output)
    bits = 8 * output.stat().st_size / len(source) / model.num_dims
    print(
        f"{output}: {output.stat().st_size:,} bytes, {bits:.4f} bits a "
        f"dimension, {len(source):,} events"
    )


def _codec(model, batch_size):
    from tf_autoregressive.compression import Codec

    try:
        return Codec(model, batch_size=batch_size)
    except ImportError as error:
        raise UsageError(str(error)) from error


def _write(codec, path, source, about):
    """Writes events, after those that the file holds from a run before."""
    mode = "r+b" if path.exists() else "w+b"
    with path.open(mode) as file, _bar(len(source)) as bar:
        writer = codec.writer(file, about)
        writer.check_kept(source.read, path)
        bar.update(writer.num_events)
        for start in range(writer.num_events, len(source), codec.block_events):
            stop = min(start + codec.block_events, len(source))
            writer.write(source.read(start, stop))
            file.flush()
            bar.update(stop - start)
        writer.end()


def _verify(codec, path, source):
    import numpy as np

    start = 0
    with path.open("rb") as file, _bar(len(source), "verify") as bar:
        for events in codec.reader(file).events():
            stop = start + len(events)
            if not np.array_equal(events, source.read(start, stop)):
                raise UsageError(
                    f"Events {start} to {stop} came back as others. Nothing "
                    f"was written but {path}."
                )
            start = stop
            bar.update(len(events))


def _bar(total, what="compress"):
    from tqdm import tqdm

    return tqdm(total=total, unit="events", desc=what, disable=None)
