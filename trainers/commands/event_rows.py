"""The rows that a model scores: events, and contexts beside them."""

import argparse
import contextlib
import pathlib
import typing
from typing import Any

from ..errors import UsageError
from ..sibling import exporter
from .arguments import positive


class RowShapes(typing.NamedTuple):
    """What a model takes for a row.

    Attributes:
        event_shape: Shape of an event.
        num_levels: Number of values of a dimension, `None` if real-valued.
        context_shape: Shape of a context, `None` if there are none.
        table: The `Table` of a model of rows of a table, `None` of others.
    """

    event_shape: tuple[int, ...]
    num_levels: int | None
    context_shape: tuple[int, ...] | None
    table: Any = None


def row_shapes(model: Any, table: Any = None) -> RowShapes:
    """Returns what a model of this process takes.

    Args:
        model: The model.
        table: The `Table` of its rows, `None` for other events.
    """
    is_labels = model.context.num_classes is not None
    return RowShapes(
        model.event_shape,
        model.num_levels,
        () if is_labels else model.context.shape,
        table,
    )


def add_context_key(parser: argparse.ArgumentParser) -> None:
    """Adds the name of the contexts."""
    parser.add_argument(
        "--context-key",
        metavar="KEY",
        help="the array, or the feature, of contexts beside the events, for a "
        "conditional model",
    )


def add_batch_size(parser: argparse.ArgumentParser) -> None:
    """Adds the number of rows that are scored at once."""
    parser.add_argument(
        "--batch-size",
        type=positive(int),
        default=256,
        metavar="N",
        help="examples that are scored together (default: 256)",
    )


def open_rows(
    export: Any,
    path: str,
    arguments: argparse.Namespace,
    shapes: Any,
    files: contextlib.ExitStack,
) -> tuple[Any, Any]:
    """Opens the events and the contexts of a file.

    Args:
        export: The package of exporters.
        path: The file, or a folder of images.
        arguments: Those of the subcommand: `key` and `context_key`.
        shapes: A `RowShapes`, or a scorer of an exported model.
        files: Closes what is opened.

    Returns:
        Two readers; `None` for the contexts of a model that takes none.

    Raises:
        UsageError: If a model that takes contexts gets none, or another some.
        ValueError: If the file holds no such rows.
    """
    if getattr(shapes, "table", None) is not None:
        # TensorFlow is imported by now, as the table was read.
        from tf_autoregressive.datasets.table_file import SUFFIXES

        if pathlib.Path(path).suffix.lower() in SUFFIXES:
            table_rows = exporter("scoring.table_rows")
            reader = table_rows.TableRows(path, shapes.table)
            return files.enter_context(reader), None

    def opened(key, shape):
        rows = export.open_rows(path, key, shape, num_levels=shapes.num_levels)
        return files.enter_context(rows)

    named = arguments.context_key
    if named is None and shapes.context_shape is not None:
        raise UsageError("--context-key is missing: the model takes contexts.")
    if named is not None and shapes.context_shape is None:
        raise UsageError("--context-key: the model takes no contexts.")
    if named is not None and pathlib.Path(path).is_dir():
        raise UsageError("--context-key: a folder of images has no contexts.")
    events = opened(arguments.key, shapes.event_shape)
    return events, named and opened(named, shapes.context_shape)
