"""The history of a run: one row for every finished epoch.

The best epoch and early stopping are functions of the rows, so a run that
continues after an interruption has no further state to restore for them.
"""

import csv
import io
from typing import Any

COLUMNS = (
    "epoch",
    "step",
    "train_nats",
    "validation_nats",
    "validation_bits_per_dim",
    "learning_rate",
    "train_seconds",
)

# Bits per dimension are `None` for real-valued data.
Row = dict[str, Any]


def best_epoch(rows: list[Row]) -> int:
    """Returns the epoch of the lowest validation nats, the first of equals."""
    best = min(rows, key=lambda row: row["validation_nats"])
    return int(best["epoch"])


def is_stale(rows: list[Row], patience: int | None) -> bool:
    """Returns whether the last `patience` epochs brought no better score."""
    if patience is None:
        return False
    return rows[-1]["epoch"] - best_epoch(rows) >= patience


def check_rows(rows: list[Row]) -> None:
    """Checks that there is a whole row for each epoch from 1.

    Raises:
        ValueError: If not.
    """
    for epoch, row in enumerate(rows, start=1):
        if row["epoch"] != epoch:
            raise ValueError(
                f"row {epoch} must be that of epoch {epoch}. Received: epoch "
                f"{row['epoch']}"
            )
        for name in COLUMNS:
            may_lack = name == "validation_bits_per_dim" and row[name] is None
            if type(row[name]) not in (int, float) and not may_lack:
                raise ValueError(
                    f"`{name}` of epoch {epoch} must be a number. Received: "
                    f"{row[name]!r:.50}"
                )


def as_csv(rows: list[Row]) -> str:
    """Returns the rows as the text of a CSV file, numbers at full precision."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def from_csv(text: str) -> list[Row]:
    """Returns the rows of a CSV file that `as_csv` wrote.

    Raises:
        csv.Error: If it is not a CSV file.
        KeyError: If a column is missing.
        ValueError: If a value is not a number.
    """
    rows = [
        {name: _number(row[name], name) for name in COLUMNS}
        for row in csv.DictReader(io.StringIO(text))
    ]
    check_rows(rows)
    return rows


def _number(text: str, name: str) -> float | int | None:
    if not text:
        return None
    return int(text) if name in ("epoch", "step") else float(text)
