"""`tfar decompress`: the files that `tfar compress` was given."""

import argparse
import pathlib

from ..errors import UsageError
from ..errors import usage_errors
from ..tensorflow_log import import_tensorflow
from ..training.finished_run import finished_run


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.add_argument(
        "file", metavar="FILE", help="what `tfar compress` wrote"
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="PATH",
        help="the folder for images and for several files; else the file, an "
        ".npy file for arrays",
    )
    parser.add_argument(
        "--run",
        metavar="RUN",
        help="the run whose model compressed it (default: the directory that "
        "the file names)",
    )
    parser.add_argument(
        "--salvage",
        action="store_true",
        help="of a damaged file, write what lies before the damage. A long "
        "sound is silent where it is lost, a long text has a U+FFFD there",
    )


def run(arguments: argparse.Namespace) -> None:
    """Give back the files that `tfar compress` was given."""
    path, output = pathlib.Path(arguments.file), pathlib.Path(arguments.output)
    if not path.is_file():
        raise UsageError(f"There is no file {path}.")
    if output.exists() and (output.is_file() or any(output.iterdir())):
        raise UsageError(f"--output exists, and is not overwritten: {output}")
    import_tensorflow()
    from tf_autoregressive.compression import Codec
    from tf_autoregressive.compression import StreamCodec
    from tf_autoregressive.compression.container import Reader
    from tf_autoregressive.models.precision import in_float32

    from ..media import archive
    from ..media import salvage

    with usage_errors(f"{path}: "), path.open("rb") as file:
        header = Reader(file).header
        about = header.get("about")
        if not isinstance(about, dict) or "kind" not in about:
            raise UsageError(
                "It was not written by `tfar compress`. Use "
                "`tf_autoregressive.compression.Codec` in Python."
            )
        model = finished_run(arguments.run or about["run"]).load_model()
        if header.get("dtype") == "float32":
            model = in_float32(model)
        file.seek(0)
        codec = StreamCodec if "layout" in header else Codec
        whole = codec(model).reader(file).pieces()
        blocks = salvage.BeforeDamage(whole)
        archive.restored(
            about, blocks if arguments.salvage else whole, model, output
        )
        if blocks.error is not None:
            raise UsageError(f"{blocks.error} What lies before is in {output}.")
    print(output)
