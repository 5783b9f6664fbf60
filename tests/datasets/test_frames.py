"""Frames of pandas as tables, with the columns that pandas has."""

import numpy as np
import pytest

from tf_autoregressive.datasets import from_table

pandas = pytest.importorskip("pandas")

N = 40


def columns():
    """Returns columns of the types of pandas, and the kinds that they are."""
    is_there = np.arange(N) % 7 > 0
    texts = np.where(is_there, ["p", "q"] * (N // 2), None)
    return {
        "category": (pandas.Categorical(["a", "b", "c", "a"] * 10), 3),
        "category with gaps": (pandas.Categorical(texts), 3),
        "Int64": (pandas.array(_with_gaps(range(9)), dtype="Int64"), 10),
        "Float64": (pandas.array(_with_gaps([0.5, 1, 2]), dtype="Float64"), 4),
        "boolean": (pandas.array(_with_gaps([True, False]), "boolean"), 3),
        "string": (pandas.array(texts.tolist(), dtype="string"), 3),
        "objects": (texts, 3),
        "int8": (np.arange(N, dtype="int8") % 5, 5),
    }


def _with_gaps(values):
    values = [*values]
    return [
        None if row % 7 == 0 else values[row % len(values)] for row in range(N)
    ]


def test_columns_of_pandas_are_levels_and_come_back():
    given = columns()
    # The index has no part in it.
    frame = pandas.DataFrame(
        {name: column for name, (column, _) in given.items()},
        index=np.arange(N)[::-1],
    )
    table = from_table(frame).info.table
    sizes = {column.name: column.num_numbers for column in table.columns}
    assert sizes == {name: size for name, (_, size) in given.items()}
    events = table.encode(frame)
    np.testing.assert_array_equal(table.known(frame), frame.notna())
    again = pandas.DataFrame(table.decode(events))
    np.testing.assert_array_equal(table.encode(again), events)


def test_dates_are_refused():
    frame = pandas.DataFrame({"day": pandas.date_range("2020", periods=N)})
    with pytest.raises(ValueError, match="'day' must be a vector of numbers"):
        from_table(frame)


def test_a_parquet_file_is_read(tmp_path):
    pytest.importorskip("pyarrow")
    frame = pandas.DataFrame(
        {"code": ["07", "a1"] * 10, "size": np.arange(20.0)}
    )
    path = tmp_path / "rows.parquet"
    frame.to_parquet(path)
    data = from_table(path)
    assert data.info.name == "rows"
    assert data.info.table.names == ("code", "size")
    read = data.info.table.read(path)
    np.testing.assert_array_equal(
        data.info.table.encode(read), data.info.table.encode(frame)
    )
