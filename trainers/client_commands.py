"""What the subcommands of `tfar client` do: ask a served model."""

import argparse
import zipfile

from .errors import UsageError
from .sibling import exporter


def score(arguments: argparse.Namespace):
    """Score the events of an .npz file on a server."""
    import numpy as np

    events, context = _arrays(arguments)
    export = exporter()
    try:
        with export.Client(
            arguments.host, arguments.model, timeout=arguments.timeout
        ) as client:
            log_prob = client.score(events, context)
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(f"{arguments.host}: {error}") from error
    print(f"{-log_prob.mean():.4f} nats on {len(log_prob):,} examples")
    if arguments.out:
        np.savez(arguments.out, log_prob=log_prob)
        print(arguments.out)


def _arrays(arguments):
    """Returns the events and the contexts, `None` if none are named."""
    import numpy as np

    try:
        with np.load(arguments.npz) as file:
            return tuple(
                None if key is None else file[key]
                for key in (arguments.key, arguments.context_key)
            )
    except (KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise UsageError(f"--npz {arguments.npz}: {error}") from error
