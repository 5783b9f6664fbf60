"""What `tfar score` does: scores more events than fit into memory."""

import argparse
import contextlib
import pathlib

from .errors import UsageError
from .run_directory import RunDirectory
from .sibling import exporter


def score(arguments: argparse.Namespace):
    """Score the rows of a large file, in a run that can be resumed."""
    export = exporter()
    try:
        with contextlib.ExitStack() as files:
            events, contexts = _rows(export, arguments, files)
            mean = export.score_rows(
                _scorer(export, pathlib.Path(arguments.model)),
                events,
                arguments.output,
                contexts=contexts,
                about={
                    "model": str(pathlib.Path(arguments.model).resolve()),
                    "input": str(pathlib.Path(arguments.input).resolve()),
                },
                batch_size=arguments.batch_size,
            )
            count = len(events)
    except UsageError:
        raise
    except (ValueError, ImportError, OSError) as error:
        raise UsageError(str(error)) from error
    print(f"{arguments.output}: {-mean:.4f} nats on {count:,} examples")


def _rows(export, arguments, files):
    def opened(key):
        if key is None:
            return None
        return files.enter_context(export.Rows(arguments.input, key))

    return opened(arguments.key), opened(arguments.context_key)


def _scorer(export, path):
    if not (path / "config.json").exists():
        return export.savedmodel_scorer(export.newest_version(path))
    model = RunDirectory(path).load_model()

    def scored(events, contexts):
        return model.log_prob(events, contexts).numpy()

    return scored
