"""Scores of more events than fit into memory, in a run that can be resumed."""

import math
import pathlib
from collections.abc import Callable

import numpy as np

from tf_autoregressive.arguments import checked_count

from .. import fingerprints
from .extras import imported
from .graph_errors import graph_errors
from .row_reader import RowReader
from .score_directory import LOG_PROB
from .score_directory import ScoreDirectory


def score_rows(
    score: Callable,
    events: RowReader,
    output: str | pathlib.Path,
    *,
    contexts: RowReader | None = None,
    about: dict | None = None,
    batch_size: int = 256,
    part_size: int = 16384,
) -> float:
    """Writes the score of every row to a directory of Parquet files.

    Each file holds the columns `row` (int64, from 0) and `log_prob` (float32,
    nats), or those of `score.dtype`, of `part_size` rows and appears whole or
    not at all, so a run that was killed goes on with the first part that is
    missing, and every row is there once. A part that was damaged is scored
    again. Memory does not grow with the number of rows. A column with several
    numbers for each row has them in a list, in the order of the event's values.

    A run goes on only with the rows that it was begun with, told by a hash of
    the files that they are read from, and if `about` is the same.

    Args:
        score: A function of events `[B, ...]` and contexts `[B, ...]` or
            `None` to `[B]` nats. If it has a `dtype`, a structured one, it
            returns an array `[B]` of that.
        events: The rows that `open_rows` returns, one for each example.
        output: The directory, as `scores.parquet`; pandas, pyarrow and the
            like read it as one table.
        contexts: As many rows as `events`, or `None`.
        about: Values that must be the same for a run to go on, such as JSON can
            hold. By default `score.about`, if `score` has it, as a
            `SavedModelScorer` has.
        batch_size: Examples that are scored together.
        part_size: Rows of one file.

    Returns:
        The mean of the scores, nats, or of the first column of `score.dtype`;
        the numbers in a list are added up.

    Raises:
        ValueError: If a size is not a positive integer, there are no events,
            the number of contexts differs from theirs, a row cannot be scored
            or its score is not finite (the message says which row), the files
            change meanwhile, `output` was begun with other settings or holds
            something else, or another process is writing it.
        ImportError: If pyarrow or tqdm is not installed.
    """
    tqdm = imported("tqdm").tqdm
    _check_counts(events, contexts)
    batch_size = checked_count("batch_size", batch_size)
    part_size = checked_count("part_size", part_size)
    settings = {
        **(getattr(score, "about", {}) if about is None else about),
        **_facts("events", events),
        **({} if contexts is None else _facts("contexts", contexts)),
        "part_size": part_size,
    }
    files = {*events.files, *(contexts.files if contexts is not None else ())}
    state = _state(files)
    num_parts = math.ceil(len(events) / part_size)
    directory = ScoreDirectory(
        pathlib.Path(output), settings, num_parts, _dtype(score)
    )
    total = 0.0
    with directory.held(), tqdm(total=len(events), unit="rows") as bar:
        for number in range(num_parts):
            start = number * part_size
            rows = range(start, min(start + part_size, len(events)))
            scores = directory.read(number, rows)
            if scores is None:
                scores = _scores(score, events, contexts, rows, batch_size)
                directory.write(number, rows, scores)
            # A sum of millions of scores in float32 would lose digits.
            total += float(_first_column(scores).sum(dtype="float64"))
            bar.update(len(rows))
        # Hashes were taken at the beginning. Sizes and times tell cheaply
        # whether they still hold.
        if _state(files) != state:
            raise ValueError(
                f"The rows changed while they were scored, in "
                f"{', '.join(map(str, sorted(files)[:3]))}. Score them again "
                "into another output."
            )
    return total / len(events)


def _check_counts(events, contexts):
    if not len(events):
        raise ValueError(
            "`events` must have at least one row. Received: shape "
            f"{tuple(events.shape)}"
        )
    if contexts is not None and len(contexts) != len(events):
        raise ValueError(
            "`contexts` must have as many rows as `events`. "
            f"Received: {len(contexts)} for {len(events)}"
        )


def _facts(name, rows):
    """Returns the fingerprints of rows, by names of settings."""
    return {
        f"{name} from": rows.path.name,
        f"{name} key": rows.key,
        f"{name} shape": list(rows.shape),
        f"{name} dtype": str(rows.dtype),
        f"{name} sha256": fingerprints.of_files(rows.files, rows.path.parent),
    }


def _state(files):
    """Returns the sizes and times of files, which change when they do."""
    return [
        (path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(files)
    ]


def _scores(score, events, contexts, rows, batch_size):
    scores = []
    for start in range(rows.start, rows.stop, batch_size):
        stop = min(start + batch_size, rows.stop)
        x = events.read(start, stop)
        context = None if contexts is None else contexts.read(start, stop)
        scores.append(_scores_of_batch(score, x, context, start))
    return np.concatenate(scores)


def _scores_of_batch(score, events, contexts, start):
    try:
        with graph_errors():
            scores = np.asarray(score(events, contexts))
        scores = scores.astype(_dtype(score))
    except ValueError as error:
        row, reason = _first_refused(score, events, contexts)
        raise ValueError(
            f"row {start + row}: {reason}"
            if row is not None
            else f"rows {start} to {start + len(events) - 1}: {error}"
        ) from error
    if scores.shape != (len(events),):
        raise ValueError(
            f"`score` must return one score for each of {len(events)} events. "
            f"Received: shape {scores.shape}"
        )
    first = _first_column(scores)
    if not np.isfinite(first).all():
        (row, *at) = np.argwhere(~np.isfinite(first))[0]
        raise ValueError(f"row {start + row}: the score is {first[row, *at]}.")
    return scores


def _dtype(score):
    return getattr(score, "dtype", LOG_PROB)


def _first_column(scores):
    return scores[scores.dtype.names[0]]


def _first_refused(score, events, contexts):
    """Returns the first row that is refused alone and why, or two `None`s."""

    def refusal(start, stop):
        rows = slice(start, stop)
        some = None if contexts is None else contexts[rows]
        try:
            with graph_errors():
                score(events[rows], some)
        except ValueError as error:
            return error
        return None

    first, stop = 0, len(events)
    # Halving finds the first refused row in few calls, as all rows before it
    # are accepted together.
    while stop - first > 1:
        middle = (first + stop) // 2
        if refusal(first, middle) is None:
            first = middle
        else:
            stop = middle
    reason = refusal(first, stop)
    return (None, None) if reason is None else (first, reason)
