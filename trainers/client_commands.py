"""What the subcommands of `tfar client` do: ask a served model."""

import argparse
import zipfile

from .errors import UsageError
from .files import output_file
from .files import replacing
from .sibling import exporter


def score(arguments: argparse.Namespace):
    """Score the events of an .npz file on a server."""
    import numpy as np

    events, context = _arrays(arguments)
    path = None if arguments.out is None else output_file(arguments.out, ".npz")
    export = exporter()
    try:
        with export.Client(
            arguments.host, arguments.model, timeout=arguments.timeout
        ) as client:
            log_prob = client.score(events, context)
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(f"{arguments.host}: {error}") from error
    print(f"{-log_prob.mean():.4f} nats on {len(log_prob):,} examples")
    if path:
        with replacing(path) as temporary:
            np.savez(temporary, log_prob=log_prob)
        print(path)


def _arrays(arguments):
    """Returns the events and the contexts, `None` if none are named."""
    import numpy as np

    try:
        file = np.load(arguments.npz)
        if isinstance(file, np.ndarray):
            raise ValueError("not an .npz file, but a single array")
        with file:
            return tuple(
                None if key is None else file[key]
                for key in (arguments.key, arguments.context_key)
            )
    except (
        EOFError,
        KeyError,
        OSError,
        ValueError,
        zipfile.BadZipFile,
    ) as error:
        raise UsageError(f"--npz {arguments.npz}: {error}") from error
