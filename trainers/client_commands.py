"""What the subcommands of `tfar client` do: ask a served model."""

import argparse
import pathlib

from .errors import UsageError
from .files import output_file
from .files import replacing
from .sibling import exporter


def score(arguments: argparse.Namespace):
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
    # `ClientError`s are of the first and the last kind.
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(str(error)) from error
    print(f"{-log_prob.mean():.4f} nats on {len(log_prob):,} examples")
    if path:
        with replacing(path) as temporary:
            np.savez(temporary, log_prob=log_prob)
        print(path)


def header(text: str) -> tuple[str, str]:
    """Parses NAME=VALUE.

    Raises:
        argparse.ArgumentTypeError: If there is no `=`.
    """
    name, sign, value = text.partition("=")
    if not sign:
        # Not the text itself, which may be a password.
        raise argparse.ArgumentTypeError("must be NAME=VALUE")
    return name, value


def _arrays(arguments):
    """Returns the events and the contexts, `None` if none are named."""
    # Late, because it imports NumPy and TensorFlow.
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
    """Returns what the file of a token holds, `None` without one."""
    if name is None:
        return None
    try:
        return pathlib.Path(name).read_text(encoding="ascii").strip()
    except (ValueError, OSError) as error:
        raise UsageError(f"--token-file {name}: {error}") from error
