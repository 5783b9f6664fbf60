import json
import sys
import types

import keras
import numpy as np
import pytest

from tf_autoregressive.datasets import from_table
from tf_autoregressive.datasets.table import Table
from tf_autoregressive.datasets.table_file import write_table
from tf_autoregressive.models import MADE
from tf_autoregressive.models import DeepNADE

N = 200


def people(num_rows=N):
    """Returns a table of all kinds of columns, with missing values."""
    rng = np.random.default_rng(0)
    job = rng.choice(["baker", "judge", "smith"], num_rows).astype(object)
    job[::7] = None
    income = rng.lognormal(3.0, 1.0, num_rows)
    income[::9] = np.nan
    return {
        "job": job,
        "married": rng.random(num_rows) < 0.5,
        "sex": rng.integers(1, 3, num_rows),
        "children": rng.poisson(2.0, num_rows) + 1.0,
        "income": income,
        "height": rng.normal(170.0, 10.0, num_rows),
    }


@pytest.fixture(scope="module")
def data():
    return from_table(people())


def kinds_of(data):
    return {c.name: c.values.kind for c in data.info.table.columns}


def split_of(dataset):
    return np.stack(list(dataset.as_numpy_iterator()))


def whole(data):
    splits = data.train, data.validation, data.test
    return np.concatenate([split_of(split) for split in splits])


def test_kinds_are_found_from_values(data):
    assert kinds_of(data) == {
        "job": "categorical",
        "married": "binary",
        "sex": "binary",
        "children": "count",
        "income": "real",
        "height": "real",
    }
    missing = {c.name: c.has_missing for c in data.info.table.columns}
    assert {name for name in missing if missing[name]} == {"job", "income"}


def test_levels_are_as_far_apart_as_there_is_room(data):
    # Income has 16 bins and a level for what is missing.
    assert data.info.num_levels == 17
    levels = dict(zip(people(), data.info.columns.levels, strict=True))
    assert levels["married"] == levels["sex"] == (0, 16)
    # Three jobs, and the missing one.
    assert levels["job"] == (0, 5, 11, 16)
    assert levels["income"] == tuple(range(17))
    assert data.info.event_shape == (6,)


def test_discrete_columns_come_back_exactly(data):
    rows = people()
    decoded = data.info.table.decode(data.info.table.encode(rows))
    assert decoded["job"].tolist() == rows["job"].tolist()
    assert decoded["job"].dtype == object
    for name in ("married", "sex", "children"):
        np.testing.assert_array_equal(decoded[name], rows[name])
    assert decoded["married"].dtype == bool
    assert decoded["sex"].dtype.kind == "i"


def test_real_columns_come_back_in_their_bin(data):
    rows = people()
    decoded = data.info.table.decode(data.info.table.encode(rows))
    np.testing.assert_array_equal(
        np.isnan(decoded["income"]), np.isnan(rows["income"])
    )
    again = data.info.table.encode({**rows, **decoded})
    np.testing.assert_array_equal(again, data.info.table.encode(rows))
    order = np.argsort(rows["height"])
    assert (np.diff(decoded["height"][order]) >= 0).all()
    # A median is a value of the column.
    assert np.isin(decoded["height"], rows["height"]).all()


def test_bins_hold_equally_many_training_rows():
    data = from_table({"x": np.arange(1000.0) ** 3}, num_bins=8)
    _, counts = np.unique(split_of(data.train), return_counts=True)
    assert counts.tolist() == [100] * 8


@pytest.mark.parametrize(
    "values",
    [
        np.array([-128, 0, 127] * 9, "int8"),
        2**62 + np.arange(30),
        [2**70, 2**70 + 1, 5] * 9,
    ],
)
def test_integers_that_are_far_apart_or_large_are_real(values):
    data = from_table({"a": values})
    assert kinds_of(data) == {"a": "real"}


def test_a_frequent_value_has_a_bin_of_its_own():
    x = np.concatenate([np.zeros(50), np.linspace(0.1, 2.7, 50)])
    data = from_table({"x": x}, num_bins=4, kinds={"x": "real"})
    (column,) = data.info.table.columns
    assert column.values.num_values == 3
    events = data.info.table.encode({"x": [0.0]})
    assert data.info.table.decode(events)["x"] == [0.0]


def test_validation_and_test_rows_have_no_part_in_the_quantiles():
    rows = people()
    data = from_table(rows)
    order = np.random.default_rng(0).permutation(N)
    # The first rows in order are those of the other two splits.
    held_out = order[:40]
    shifted = rows["height"].copy()
    shifted[held_out] += 1000.0
    changed = from_table({**rows, "height": shifted})
    for before, after in zip(
        data.info.table.columns, changed.info.table.columns, strict=True
    ):
        if before.values.kind == "real":
            np.testing.assert_array_equal(
                before.values.edges, after.values.edges
            )
            np.testing.assert_array_equal(
                before.values.medians, after.values.medians
            )
    np.testing.assert_array_equal(split_of(data.train), split_of(changed.train))


def test_every_row_is_in_one_split(data):
    assert data.info.split_sizes == {"train": 160, "validation": 20, "test": 20}
    encoded = data.info.table.encode(people())
    assert sorted(map(tuple, whole(data))) == sorted(map(tuple, encoded))
    again = from_table(people())
    np.testing.assert_array_equal(whole(data), whole(again))
    other = from_table(people(), seed=1)
    assert (split_of(data.test) != split_of(other.test)).any()


def test_a_split_can_be_left_out():
    data = from_table(people(), validation_share=0.0)
    assert data.validation is None
    assert data.info.split_sizes == {"train": 180, "test": 20}


def test_a_csv_file_is_read(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(
        '\ufeffjob,"age, years",height,code\n'
        '"baker, chief",31,1.71,007\n'
        "judge,?,NA,012\n"
        ",55, 1.80 ,007\n\n"
        "judge,47,1.65,100\n",
        encoding="utf-8",
    )
    data = from_table(
        path,
        kinds={"code": "categorical"},
        validation_share=0.0,
        test_share=0.0,
    )
    assert data.info.name == "people"
    assert kinds_of(data) == {
        "job": "binary",
        "age, years": "count",
        "height": "real",
        "code": "categorical",
    }
    rows = data.info.table.decode(split_of(data.train))
    order = np.argsort(np.random.default_rng(0).permutation(4))
    assert rows["job"][order].tolist() == [
        "baker, chief",
        "judge",
        None,
        "judge",
    ]
    np.testing.assert_array_equal(
        rows["age, years"][order], [31, np.nan, 55, 47]
    )
    np.testing.assert_array_equal(
        rows["height"][order], [1.71, np.nan, 1.80, 1.65]
    )
    assert rows["code"][order].tolist() == ["007", "012", "007", "100"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the names \\[\\], and 0 rows"),
        ("1,2\n3,4\n", "names of the columns in its first line.*'1' among 2"),
        (",a\n0,4\n", "Received: '' among 2 names"),
        ("a,b\n", "0 rows"),
        ("a,a\n1,2\n", "different names"),
        ("a,b\n1,2\n3\n", "1 in row 2"),
        ("a;b\n1;2\n3;4\n", "commas between its values.*semicolons.*'a;b'"),
        ("a\tb\n1\t2\n", "commas between its values.*tabs"),
        ('a\n"1', "damaged or not a CSV file"),
        ("a\n\xff\n", "damaged or not a CSV file"),
        ("a\ninf\n2\n3.5\n", "finite"),
        ("a\n\n?\n", "training split"),
    ],
)
def test_a_bad_file_is_named(tmp_path, text, said):
    path = tmp_path / "bad.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(ValueError, match=said) as raised:
        from_table(path, validation_share=0.0, test_share=0.0)
    assert "bad.csv" in str(raised.value)


def test_columns_can_be_left_out():
    data = from_table(people(), kinds={"income": "none", "job": "none"})
    assert data.info.table.names == ("married", "sex", "children", "height")


def test_held_out_tables_are_splits(tmp_path):
    rows = {"code": ["a1", "07"] * 10, "size": np.arange(20) * 0.5}
    path = tmp_path / "test.csv"
    path.write_text("size,more,code\n99.5,x,07\n1,y,\n")
    data = from_table(rows, test=path)
    sizes = {"train": 18, "validation": 2, "test": 2}
    assert data.info.split_sizes == sizes
    test = data.info.table.decode(split_of(data.test))
    # A text is one where that of the training rows is one, and no value of
    # test rows makes a bin.
    assert test["code"].tolist() == ["07", None]
    assert test["size"].max() < 10


def test_a_table_is_made_again_of_its_config(data):
    table = data.info.table
    config = json.loads(json.dumps(table.get_config()))
    again = Table.from_config(config)
    events = whole(data)
    assert again.num_levels == table.num_levels
    for name, values in again.decode(events).items():
        np.testing.assert_array_equal(values, table.decode(events)[name])
    np.testing.assert_array_equal(
        again.encode(people()), table.encode(people())
    )


def test_a_file_that_was_written_is_read(tmp_path):
    path = tmp_path / "a.csv"
    rows = {"code": ["07", "1,2"], "size": [1e17, 0.25], "n": [3.0, np.nan]}
    write_table(path, rows)
    assert path.read_text() == 'code,size,n\n07,1e+17,3\n"1,2",0.25,\n'
    table = from_table({name: 10 * values for name, values in rows.items()})
    table = table.info.table
    read = table.encode(table.read(path))
    np.testing.assert_array_equal(read, table.encode(rows))


def test_a_parquet_file_needs_pandas(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="pip install pandas pyarrow"):
        from_table(tmp_path / "a.parquet")


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no\.csv"):
        from_table(tmp_path / "no.csv")


def test_a_frame_is_read_by_its_own_missing_values():
    # As pandas has them: its missing value cannot be compared.
    class Series:
        def __init__(self, values):
            self.values = values

        def __array__(self, dtype=None, copy=None):
            return np.array(self.values, object)

        def isna(self):
            return np.array([value is Ellipsis for value in self.values])

    frame = types.SimpleNamespace(
        items=lambda: [("a", Series([1, ..., 3] * 10))]
    )
    data = from_table(frame)
    (column,) = data.info.table.columns
    assert column.has_missing
    assert column.values.vocabulary.tolist() == [1, 3]


def test_a_masked_array_misses_what_it_masks():
    masked = np.ma.masked_array(np.arange(20.0), np.arange(20) == 3)
    data = from_table({"a": masked})
    assert data.info.table.columns[0].has_missing
    assert data.info.table.known({"a": masked}).sum() == 19


@pytest.mark.parametrize(
    ("table", "options", "said"),
    [
        ({}, {}, "one column or more"),
        ({"a": []}, {}, "at least 1"),
        ({"a": [1, 2], "b": [1]}, {}, "all of one length"),
        ({"a": [[1], [2]]}, {}, "must be a vector"),
        ({"a": np.array(["2020-01-01"] * 9, "M8[D]")}, {}, "must be a vector"),
        ({"a": ["x", 1, "y"] * 9}, {}, "texts or numbers"),
        ({"a": np.array(["x", 1] * 9, object)}, {}, "texts or numbers"),
        ({"a": [np.inf, 1.0, 2.5]}, {}, "finite"),
        ({"a": [str(i) for i in range(300)]}, {}, "at most 255 values"),
        ({"a": np.arange(300)}, {"kinds": {"a": "count"}}, "255 at most"),
        ({"a": [0.5, 1.0]}, {"kinds": {"a": "count"}}, "must hold integers"),
        ({"a": [1, 2, 3]}, {"kinds": {"a": "binary"}}, "two values"),
        ({"a": [1, 2, 3]}, {"kinds": {"b": "binary"}}, "name columns"),
        ({"a": [1, 2, 3]}, {"kinds": {"a": "number"}}, "`kinds` must hold"),
        ({"a": [1, 2, 3]}, {"kinds": {"a": "none"}}, "leave out all columns"),
        ({"a": [1, 2, 3]}, {"test": {"b": [1]}}, "must have a column 'a'"),
        ({"a": [1, 2, 3]}, {"test": {"a": ["x"]}}, "texts or numbers"),
        ({"a": ["x"] * 9}, {"kinds": {"a": "real"}}, "must hold numbers"),
        ({"a": [1, 2, 3]}, {"num_bins": 1}, "`num_bins`"),
        ({"a": [1, 2, 3]}, {"num_bins": 256}, "`num_bins`"),
        ({"a": [1, 2, 3]}, {"test_share": 0.9}, "less than 1"),
        ({"a": [1, 2, 3]}, {"test_share": -0.1}, "negative"),
    ],
)
def test_what_is_not_a_table_is_refused(table, options, said):
    with pytest.raises(ValueError, match=said):
        from_table(table, **options)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"job": ["bakr"]}, r"'job' must.*Did you mean 'baker'.*'bakr'"),
        ({"children": [99]}, r"'children' must hold integers.*99"),
        ({"children": [1.5]}, r"'children' must hold integers.*1\.5"),
        ({"height": [np.inf]}, "'height' must hold finite"),
        ({"height": [np.nan]}, "'height' must have a value.*row 0"),
        ({"height": ["tall"]}, "'height' must hold numbers"),
        ({"sex": [3]}, "'sex' must"),
    ],
)
def test_other_rows_are_refused(data, changes, said):
    row = {name: values[1:2] for name, values in people().items()}
    with pytest.raises(ValueError, match=said):
        data.info.table.encode({**row, **changes})
    del row["sex"]
    with pytest.raises(ValueError, match="a column 'sex'"):
        data.info.table.encode(row)


def test_other_events_are_refused(data):
    with pytest.raises(ValueError, match="'job' has the levels"):
        data.info.table.decode([[1, 0, 0, 0, 0, 0]])
    with pytest.raises(ValueError, match=r"shape \[N, 6\]"):
        data.info.table.decode([[0, 0]])


def test_draws_of_a_model_are_rows(data):
    model = MADE(data.info.event_shape, distribution=data.info.columns)
    rows = data.info.table.decode(model.sample(100, seed=0))
    assert set(rows["sex"]) == {1, 2}
    assert set(rows["job"]) == {"baker", "judge", "smith", None}
    x = data.info.table.encode(people())
    assert np.isfinite(model.log_prob(x)).all()


@pytest.mark.parametrize("family", [MADE, DeepNADE])
def test_missing_values_are_filled(data, family):
    model = family(
        data.info.event_shape, units=(8,), distribution=data.info.columns
    )
    rows = people()
    # A column may miss a value that missed none before.
    rows["height"][4] = np.nan
    filled = data.info.table.fill(model, rows, seed=0)
    known = data.info.table.known(rows)
    assert not known.all()
    assert data.info.table.known(filled).all()
    # Real numbers are kept as they are, and not as the medians of bins.
    for dim, name in enumerate(rows):
        np.testing.assert_array_equal(
            filled[name][known[:, dim]], rows[name][known[:, dim]]
        )


def test_one_model_fills_many_times(data):
    table = data.info.table
    model = MADE(
        data.info.event_shape, units=(8,), distribution=data.info.columns
    )
    filler = table.without_missing(model)
    assert filler is not model
    assert table.without_missing(filler) is filler
    options = {"seed": 0, "temperature": 0.5}
    one = table.fill(model, people(), **options)
    other = table.fill(filler, people(), **options)
    plain = table.fill(model, people(), seed=0)
    for name in table.names:
        np.testing.assert_array_equal(one[name], other[name])
    assert any((one[name] != plain[name]).any() for name in table.names)


def test_filled_values_follow_what_is_known():
    # The second column is the first one, where it is not missing.
    rng = np.random.default_rng(0)
    first = rng.integers(0, 4, 4000)
    second = np.where(rng.random(4000) < 0.3, np.nan, first)
    table = {"second": second, "first": first}
    data = from_table(table)
    model = DeepNADE(
        data.info.event_shape, units=(32,), distribution=data.info.columns
    )
    model.compile(keras.optimizers.Adam(0.01))
    model.fit(data.train.batch(50), epochs=12, verbose=0)
    filled = data.info.table.fill(model, table, seed=0)
    assert np.mean(filled["second"] == first) > 0.97


@pytest.mark.parametrize("large", [2**53 + 1, -(2**53) - 1, 2**62 + 1, 2**63])
def test_integers_that_float64_rounds_are_decoded_to_what_is_encoded(large):
    column = [large, None, 0, large] * 5
    table = from_table({"x": column}).info.table
    events = table.encode({"x": column})
    np.testing.assert_array_equal(table.encode(table.decode(events)), events)
