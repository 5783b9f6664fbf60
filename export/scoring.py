"""Scores of more events than fit into memory, in a run that can be resumed."""

import contextlib
import json
import pathlib

import numpy as np

from .versions import replace_text

_SETTINGS = "_settings.json"


def score_rows(
    score,
    events,
    output: str | pathlib.Path,
    *,
    contexts=None,
    about: dict | None = None,
    batch_size: int = 256,
    part_size: int = 16384,
) -> float:
    """Writes the score of every row to a directory of Parquet files.

    Each file holds the columns `row` (int64, from 0) and `log_prob` (float32,
    nats) of `part_size` rows and appears whole or not at all, so a run that
    was killed goes on with the first part that is missing, and every row is
    there once. Memory does not grow with the number of rows.

    Args:
        score: A function of events `[B, ...]` and contexts `[B, ...]` or
            `None` to `[B]` nats.
        events: What `open_rows` returns, one row an example.
        output: The directory, as `scores.parquet`; pandas, pyarrow and the
            like read it as one table.
        contexts: As many rows as `events`, or `None`.
        about: What else must be the same for a run to go on: what JSON can
            hold.
        batch_size: Examples that are scored together.
        part_size: Rows of one file.

    Returns:
        The mean of the scores, nats.

    Raises:
        ValueError: If the number of contexts differs from that of events, or
            `output` was begun with other settings.
        ImportError: If pyarrow or tqdm is not installed.
    """
    tqdm = _imported("tqdm").tqdm
    if contexts is not None and len(contexts) != len(events):
        raise ValueError(
            "`contexts` must have as many rows as `events`. "
            f"Received: {len(contexts)} for {len(events)}"
        )
    output = pathlib.Path(output)
    settings = {
        **(about or {}),
        "shape": list(events.shape),
        "dtype": str(events.dtype),
        "part_size": part_size,
    }
    _begin(output, settings)
    with tqdm(total=len(events), unit="rows") as bar:
        for start in range(0, len(events), part_size):
            stop = min(start + part_size, len(events))
            path = output / f"part-{start // part_size:08d}.parquet"
            if not path.exists():
                scores = [
                    score(
                        events.read(first, min(first + batch_size, stop)),
                        contexts
                        and contexts.read(first, min(first + batch_size, stop)),
                    )
                    for first in range(start, stop, batch_size)
                ]
                _write(path, start, np.concatenate(scores))
            bar.update(stop - start)
    return _mean(output)


def _begin(output, settings):
    path = output / _SETTINGS
    if path.exists():
        begun = json.loads(path.read_text(encoding="utf-8"))
        if begun != settings:
            raise ValueError(
                f"{output} was begun with other settings: {begun}, not "
                f"{settings}. Choose another output."
            )
        return
    output.mkdir(parents=True, exist_ok=True)
    if any(output.iterdir()):
        raise ValueError(f"{output} holds something else than scores.")
    replace_text(path, json.dumps(settings))


def _write(path, start, scores):
    arrow, parquet = _imported("pyarrow"), _imported("pyarrow.parquet")
    rows = np.arange(start, start + len(scores))
    table = arrow.table({"row": rows, "log_prob": scores})
    temporary = path.with_name(f".{path.name}")
    with contextlib.ExitStack() as failed:
        failed.callback(temporary.unlink, missing_ok=True)
        parquet.write_table(table, temporary)
        failed.pop_all()
    temporary.replace(path)


def _mean(output):
    """Returns the mean of all scores, reading a part at a time."""
    parquet = _imported("pyarrow.parquet")
    total, count = 0.0, 0
    for path in output.glob("part-*.parquet"):
        scores = parquet.read_table(path, columns=["log_prob"])["log_prob"]
        total += float(scores.to_numpy().sum(dtype="float64"))
        count += len(scores)
    return total / count


def _imported(name):
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise ImportError(
            f'Scoring files needs {name}: pip install "tf_autoregressive'
            '[scoring]"'
        ) from error
