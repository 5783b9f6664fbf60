"""Tables in files: CSV, and Parquet where pandas is installed.

Shapes: N rows.
"""

import csv
import pathlib
from collections.abc import Collection
from collections.abc import Mapping
from typing import Any

import numpy as np

from tf_autoregressive.datasets.reading import FileError
from tf_autoregressive.datasets.reading import reading

SUFFIXES = (".csv", ".parquet")
# Texts of a CSV file that stand for no value.
MISSING = ("", "?", "NA", "NaN", "nan", "null")


def read_table(
    path: pathlib.Path,
    *,
    texts: Collection[str] = (),
    missing: Collection[str] = MISSING,
) -> Mapping[str, Any]:
    """Returns the columns of a file by their names.

    Args:
        path: A CSV file in UTF-8 whose first line has the names, or a
            `.parquet` file.
        texts: Names of columns of a CSV file that hold texts, whatever these
            look like: the zeros before a postal code then stay. Others hold
            numbers if all their texts are.
        missing: Texts of a CSV file that stand for a missing value.

    Returns:
        For a CSV file a dict of arrays `[N]` of objects, `None` where a value
        is missing; for a Parquet file a `DataFrame`.

    Raises:
        FileNotFoundError: If there is no such file.
        FileError: If it is no table, or its rows differ in length.
        ImportError: If pandas is not there, and the file needs it.
    """
    if path.suffix.lower() == ".parquet":
        return _read_parquet(path)
    with (
        reading(path, "a CSV file in UTF-8"),
        open(path, encoding="utf-8-sig", newline="") as file,
    ):
        lines = [row for row in csv.reader(file, strict=True) if row]
    names, *rows = [[text.strip() for text in row] for row in lines] or [[]]
    _check_commas(path, names)
    _check_rows(path, names, rows)
    return {
        name: (_objects if name in texts else _typed)(column, missing)
        for name, column in zip(names, zip(*rows, strict=True), strict=True)
    }


def write_table(path: pathlib.Path, columns: Mapping[str, Any]) -> None:
    """Writes columns into a CSV file that `read_table` reads.

    Args:
        path: The file.
        columns: Values `[N]` by the names of columns. `None` and NaN become
            empty, and whole numbers have no point.
    """
    with open(path, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        values = (np.asarray(column).tolist() for column in columns.values())
        for row in zip(*values, strict=True):
            writer.writerow([_text(value) for value in row])


def _text(value):
    # NaN alone differs from itself.
    if value is None or value != value:
        return ""
    return str(value).removesuffix(".0") if isinstance(value, float) else value


def _read_parquet(path):
    try:
        import pandas
    except ImportError as error:
        raise ImportError(
            f"{path} needs two packages: pip install pandas pyarrow"
        ) from error
    with reading(path, "a Parquet file"):
        return pandas.read_parquet(path)


def _check_commas(path, names):
    """Refuses what spreadsheets write where numbers have decimal commas."""
    for mark, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and mark in names[0]:
            raise FileError(
                f"{path} must have commas between its values, and points in "
                f"its numbers. Received: {word} in the first line, "
                f"{names[0]!r:.50}"
            )


def _check_rows(path, names, rows):
    if not rows or not names or len(set(names)) < len(names):
        raise FileError(
            f"{path} must have a line of different names, and rows. Received: "
            f"the names {names}, and {len(rows)} rows"
        )
    for name in names:
        if not name or _is_number(name):
            raise FileError(
                f"{path} must have the names of the columns in its first line, "
                "which are not empty and not numbers. Received: "
                f"{name!r:.50} among {len(names)} names"
            )
    for number, row in enumerate(rows, start=1):
        if len(row) != len(names):
            raise FileError(
                f"{path} must have {len(names)} values in every row. Received: "
                f"{len(row)} in row {number}"
            )


def _is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def _objects(texts, missing):
    """Returns texts `[N]` as objects, `None` where they are missing."""
    return np.array([None if t in missing else t for t in texts], object)


def _typed(texts, missing):
    """Returns numbers if all texts are, `None` where values are missing."""
    whole = _objects(texts, missing)
    is_there = np.array([value is not None for value in whole], bool)
    for dtype in ("int64", "float64"):
        try:
            whole[is_there] = np.array(whole[is_there].tolist(), dtype)
        except (ValueError, OverflowError):
            continue
        break
    return whole
