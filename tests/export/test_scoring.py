"""Scores of many rows, in runs that are killed and go on."""

import numpy as np
import pyarrow.parquet
import pytest

from export.rows import Rows
from export.saved_model_scorer import SavedModelScorer
from export.scoring import score_rows


@pytest.fixture
def file(tmp_path, rng):
    """An `.npz` file of 103 rows, and the rows."""
    x = rng.integers(0, 2, (103, 2, 3, 1)).astype("uint8")
    path = tmp_path / "events.npz"
    np.savez_compressed(path, x=x, labels=np.arange(103))
    return path, x


@pytest.fixture
def rows(file):
    with Rows(file[0], "x") as rows:
        yield rows


def number_of_ones(events, contexts):
    ones = events.reshape(len(events), -1).sum(axis=1).astype("float32")
    return ones if contexts is None else ones + 100 * contexts


def scores_in(output):
    table = pyarrow.parquet.read_table(output)
    np.testing.assert_array_equal(table["row"], np.arange(len(table)))
    return table["log_prob"].to_numpy()


@pytest.mark.parametrize("suffix", [".npz", ".npy"])
def test_rows_are_read_where_asked_for(tmp_path, rng, suffix):
    x = rng.normal(size=(17, 3)).astype("float32")
    path = tmp_path / f"x{suffix}"
    np.savez(path, x=x) if suffix == ".npz" else np.save(path, x)
    with Rows(path, "x") as rows:
        assert len(rows) == 17
        for start, stop in [(0, 5), (12, 99), (3, 4)]:
            np.testing.assert_array_equal(rows.read(start, stop), x[start:stop])


def test_every_row_is_scored_once(file, rows, tmp_path):
    path, x = file
    with Rows(path, "labels") as labels:
        mean = score_rows(
            number_of_ones,
            rows,
            tmp_path / "scores.parquet",
            contexts=labels,
            batch_size=7,
            part_size=20,
        )
    expected = number_of_ones(x, np.arange(103))
    np.testing.assert_array_equal(
        scores_in(tmp_path / "scores.parquet"), expected
    )
    assert mean == pytest.approx(expected.mean())


def test_a_run_that_was_killed_goes_on(file, rows, tmp_path):
    _, x = file
    output = tmp_path / "scores.parquet"
    calls = []

    def killed(events, contexts):
        calls.append(len(events))
        if sum(calls) > 50:
            raise KeyboardInterrupt
        return number_of_ones(events, contexts)

    options = {"batch_size": 10, "part_size": 20}
    with pytest.raises(KeyboardInterrupt):
        score_rows(killed, rows, output, **options)
    assert len(scores_in(output)) == 40
    done = []

    def counted(events, contexts):
        done.append(len(events))
        return number_of_ones(events, contexts)

    score_rows(counted, rows, output, **options)
    assert sum(done) == 63
    np.testing.assert_array_equal(scores_in(output), number_of_ones(x, None))


def test_a_run_with_other_settings_is_not_mixed_in(rows, tmp_path):
    output = tmp_path / "scores.parquet"
    score_rows(number_of_ones, rows, output, about={"model": "a"})
    with pytest.raises(ValueError, match="begun with other settings"):
        score_rows(number_of_ones, rows, output, about={"model": "b"})


def test_other_files_are_not_mixed_in(rows, tmp_path):
    with pytest.raises(ValueError, match="something else than scores"):
        score_rows(number_of_ones, rows, tmp_path)


def test_as_many_contexts_as_events_are_needed(rows, tmp_path):
    np.save(tmp_path / "labels.npy", np.arange(7))
    with (
        Rows(tmp_path / "labels.npy", "") as labels,
        pytest.raises(ValueError, match="Received: 7 for 103"),
    ):
        score_rows(number_of_ones, rows, tmp_path / "scores", contexts=labels)


def test_the_error_names_the_arrays_that_are_there(file):
    with pytest.raises(ValueError, match="no array `y`, but x, labels"):
        Rows(file[0], "y")


@pytest.mark.parametrize(
    "array", [np.zeros((2, 3), order="F"), np.array(1.0)], ids=["order", "rows"]
)
def test_other_arrays_are_refused(tmp_path, array):
    np.save(tmp_path / "x.npy", array)
    with pytest.raises(ValueError, match="must be an array of numbers with"):
        Rows(tmp_path / "x.npy", "x")


def test_a_file_that_is_cut_off_is_noticed(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.zeros((9, 3)))
    path.write_bytes(path.read_bytes()[:-1])
    with (
        Rows(path, "x") as rows,
        pytest.raises(ValueError, match="cut off before row 9"),
    ):
        rows.read(5, 9)


def test_a_saved_model_scores_rows(fvsbn, file, rows, tmp_path):
    _, x = file
    output = tmp_path / "scores.parquet"
    scorer = SavedModelScorer(fvsbn.path)
    assert scorer.event_shape == (2, 3, 1)
    assert scorer.context_shape is None
    score_rows(scorer, rows, output)
    np.testing.assert_allclose(
        scores_in(output), fvsbn.model.log_prob(x), rtol=1e-5
    )
