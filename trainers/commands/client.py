"""`tfar client`: scores and alarms from a served model."""

import argparse
import pathlib

from ..errors import UsageError
from ..errors import usage_errors
from ..files import output_file
from ..files import replacing
from ..sibling import exporter
from .arguments import positive
from .arguments import rate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments: an action, and the arguments of that."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    _add_common(_added(actions, "score", _score))
    detecting = _added(actions, "detect", _detect)
    _add_common(detecting)
    detecting.add_argument(
        "--false-alarm-rate",
        type=rate,
        default=0.01,
        metavar="RATE",
        help="largest p-value that alarms (default: 0.01)",
    )


def _added(actions, name, action):
    description = action.__doc__
    parser = actions.add_parser(name, help=description, description=description)
    parser.set_defaults(action=action)
    return parser


def run(arguments: argparse.Namespace) -> None:
    """Ask a served model."""
    arguments.action(arguments)


def _add_common(parser):
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
        "--out", metavar="FILE", help="an .npz file for the answers"
    )


def _score(arguments):
    """Score the events of an .npz file on a server."""
    found = _answered(
        arguments,
        lambda client, *scored: {"log_prob": client.log_prob(*scored)},
    )
    log_prob = found["log_prob"]
    print(f"{-log_prob.mean():.4f} nats on {len(log_prob):,} examples")
    _save(arguments, found)


def _detect(arguments):
    """Tell anomalies in an .npz file by a detector on a server."""

    def ask(client, events, context):
        score, p_value, prediction = client.anomaly(
            events, arguments.false_alarm_rate, context
        )
        return {"score": score, "p_value": p_value, "alarm": prediction < 0}

    found = _answered(arguments, ask)
    alarm = found["alarm"]
    print(
        f"{alarm.sum():,} of {len(alarm):,} examples alarm, "
        f"p <= {arguments.false_alarm_rate}"
    )
    _save(arguments, found)


def _answered(arguments, ask):
    """Returns what the server answers about the events, arrays by name."""
    if arguments.out is not None:
        output_file(arguments.out, ".npz")
    events, context = _arrays(arguments)
    export = exporter()
    with (
        usage_errors(),
        export.Client(
            arguments.host,
            arguments.model,
            timeout=arguments.timeout,
            ca=arguments.ca,
            token=_token(arguments.token_file),
            headers=dict(arguments.headers),
        ) as client,
    ):
        return ask(client, events, context)


def _save(arguments, found):
    """Writes arrays by name to the file that was asked for, if one was."""
    import numpy as np

    if arguments.out is None:
        return
    path = output_file(arguments.out, ".npz")
    with replacing(path) as temporary:
        np.savez(temporary, **found)
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
    with (
        usage_errors(f"--npz {arguments.npz}: "),
        ArrayArchive(arguments.npz) as archive,
    ):
        arrays = archive.read(*keys)
    return arrays[arguments.key], arrays.get(arguments.context_key)


def _token(name):
    """Returns the contents of the file of a token, `None` without one."""
    if name is None:
        return None
    try:
        return pathlib.Path(name).read_text(encoding="ascii").strip()
    except (ValueError, OSError) as error:
        raise UsageError(f"--token-file {name}: {error}") from error
