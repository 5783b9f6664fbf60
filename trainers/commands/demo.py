"""`tfar demo`: models at work, on a page in the browser."""

import argparse
import importlib

from tf_autoregressive import trained

from ..errors import UsageError
from ..tensorflow_log import import_tensorflow
from ..tensorflow_log import without_warnings
from ..training.finished_run import finished_run
from . import run_data

_PORT = 7860


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments of the subcommand."""
    parser.add_argument(
        "runs",
        nargs="*",
        metavar="RUN",
        help="directories of finished runs, or names of trained models "
        "(default: all models of the package; `tfar models` lists them)",
    )
    parser.add_argument(
        "--port",
        type=_port,
        default=_PORT,
        help=f"port of this machine; 0 for any that is free (default: {_PORT})",
    )
    parser.add_argument(
        "--no-browser",
        action="store_true",
        help="print the address of the page, and leave opening it to you",
    )


def run(arguments: argparse.Namespace) -> None:
    """Show models at work, on a page in the browser."""
    _check_installed()
    import_tensorflow()
    from ..demo.application import application
    from ..demo.serving import listening
    from ..demo.serving import serve

    # A page asks for many sizes, and TensorFlow warns of a graph for each.
    with without_warnings(), listening(arguments.port) as listener:
        models = [_shown(run) for run in arguments.runs or trained.names()]
        if not arguments.runs:
            # People look at images first.
            models.sort(key=lambda shown: shown.medium.name != "images")
        serve(application(models), listener, browser=not arguments.no_browser)


def _check_installed():
    for name in ("starlette", "uvicorn"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            raise UsageError(
                f"The page needs {name}, which is not installed: pip install "
                '"tf_autoregressive[demo]"'
            ) from error


def _shown(name):
    from ..demo.shown import Shown
    from ..reports.summary import score_text

    directory = finished_run(name)
    model, result = directory.load_model(), directory.read_result()
    return Shown(
        name,
        model,
        rate=directory.rate(),
        table=directory.table(),
        load_data=lambda: run_data.load_as_trained(directory.read_config()),
        data_name=result["data"]["name"],
        summary=f"{result['data']['name']}, test: {score_text(result['test'])}",
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**16:
        raise argparse.ArgumentTypeError(f"must be from 0 to 65535: {text}")
    return number


# argparse names it in the message about text that is not a number.
_port.__name__ = "int"
