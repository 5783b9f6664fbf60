"""`tfar client score`: scores from a served model."""

import argparse
import pathlib

from ..errors import UsageError
from ..files import output_file
from ..files import replacing
from ..sibling import exporter
from .arguments import positive


def add_arguments(parser: argparse.ArgumentParser):
    """Adds the arguments: an action, and the arguments of that."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    description = _score.__doc__
    scoring = actions.add_parser(
        "score", help=description, description=description
    )
    scoring.set_defaults(action=_score)
    _add_scoring(scoring)


def run(arguments: argparse.Namespace):
    """Ask a served model."""
    arguments.action(arguments)


def _add_scoring(parser):
    parser.add_argument(
        "--npz", required=True, metavar="FILE", help="a file with the events"
    )
    parser.add_argument(
        "--key", default="x", help="the array of events in it (default: x)"
    )
    parser.add_argument(
        "--context-key", metavar="KEY", help="the array of contexts in it"
    )
    parser.add_argument(
        "--model", required=True, help="name of the model on the server"
    )
    parser.add_argument(
        "--host",
        default="localhost:8500",
        help="HOST:PORT for gRPC, http://HOST:PORT for REST; grpcs:// or "
        "https:// before it for TLS (default: localhost:8500)",
    )
    parser.add_argument(
        "--timeout",
        type=positive(float),
        default=60.0,
        metavar="SECONDS",
        help="the most seconds that all of it may take (default: 60)",
    )
    parser.add_argument(
        "--ca",
        metavar="FILE",
        help="PEM file of the certificates to trust over TLS",
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help="file of a token, which is sent as Authorization: Bearer",
    )
    parser.add_argument(
        "--header",
        action="append",
        type=_header,
        default=[],
        dest="headers",
        metavar="NAME=VALUE",
        help="a header to send with every request; may be repeated",
    )
    parser.add_argument(
        "--out", metavar="FILE", help="an .npz file for the scores"
    )


def _score(arguments):
    """Score the events of an .npz file on a server."""
    import numpy as np

    path = None if arguments.out is None else output_file(arguments.out, ".npz")
    events, context = _arrays(arguments)
    export = exporter()
    try:
        with export.Client(
            arguments.host,
            arguments.model,
            timeout=arguments.timeout,
            ca=arguments.ca,
            token=_token(arguments.token_file),
            headers=dict(arguments.headers),
        ) as client:
            log_prob = client.log_prob(events, context)
    # A `ClientError` is a `ValueError` or an `OSError`.
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(str(error)) from error
    print(f"{-log_prob.mean():.4f} nats on {len(log_prob):,} examples")
    if path:
        with replacing(path) as temporary:
            np.savez(temporary, log_prob=log_prob)
        print(path)


def _header(text: str) -> tuple[str, str]:
    """Parses NAME=VALUE.

    Raises:
        argparse.ArgumentTypeError: If there is no `=`.
    """
    name, sign, value = text.partition("=")
    if not sign:
        # The message leaves out the text, which may be a password.
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value


def _arrays(arguments):
    """Returns the events and the contexts, `None` if none are named."""
    # This is imported late, because it imports NumPy and TensorFlow.
    from tf_autoregressive.datasets.array_files import ArrayArchive

    keys = [arguments.key]
    if arguments.context_key is not None:
        keys.append(arguments.context_key)
    try:
        with ArrayArchive(arguments.npz) as archive:
            arrays = archive.read(*keys)
    except (ValueError, OSError) as error:
        raise UsageError(f"--npz {arguments.npz}: {error}") from error
    return arrays[arguments.key], arrays.get(arguments.context_key)


def _token(name):
    """Returns the contents of the file of a token, `None` without one."""
    if name is None:
        return None
    try:
        return pathlib.Path(name).read_text(encoding="ascii").strip()
    except (ValueError, OSError) as error:
        raise UsageError(f"--token-file {name}: {error}") from error
