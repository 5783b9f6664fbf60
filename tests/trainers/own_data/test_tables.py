"""Runs on a table, whose draws are rows with names."""

import csv
import json

import numpy as np
import pytest

from tests.trainers.own_data.conftest import data_at
from tests.trainers.own_data.test_runs import SHORT
from trainers.cli import main

NAMES = ["age", "job", "code", "income"]


@pytest.fixture
def run(people, tmp_path):
    """A finished run on the table, with the model that suits it."""
    run = tmp_path / "run"
    arguments = ["train", "--data", str(people), "--run-dir", str(run)]
    assert main([*arguments, "--column", "code=categorical", *SHORT]) == 0
    return run


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.reader(file))


def test_columns_have_the_kinds_of_their_values(people):
    found = data_at(people, columns={"code": "categorical"}, levels=4).info
    columns = found.table.columns
    assert [(c.name, c.values.kind, c.num_numbers) for c in columns] == [
        ("age", "count", 7),
        ("job", "binary", 2),
        ("code", "categorical", 3),
        ("income", "real", 5),
    ]
    assert found.split_sizes == {"train": 32, "validation": 4, "test": 4}


def test_given_splits_are_taken(people, tmp_path):
    test = tmp_path / "test.csv"
    test.write_text(",".join(NAMES) + "\n21,judge,01,3.5\n22,judge,02,\n")
    found = data_at({"data": people, "test": test}).info
    assert found.split_sizes == {"train": 36, "validation": 4, "test": 2}


@pytest.mark.slow
def test_a_run_draws_rows_and_fills_them(run, people, tmp_path, capsys):
    config = json.loads((run / "config.json").read_text())
    assert config["recipe"]["model"] == "DeepNADE"
    assert config["recipe"]["dataset_options"]["columns"] == {
        "code": "categorical"
    }
    names, *shown = rows_of(run / "samples.csv")
    assert names == NAMES
    assert len(shown) == 4

    # Draws need no data.
    people.rename(tmp_path / "elsewhere.csv")
    assert main(["sample", str(run), "--num", "9", "--seed", "1"]) == 0
    names, *drawn = rows_of(run / "samples-seed-1.csv")
    assert names == NAMES
    assert {row[2] for row in drawn} <= {"00", "01", "02"}
    assert all(20 <= int(row[0]) < 27 for row in drawn)
    with np.load(run / "samples-seed-1.npz") as file:
        assert file["samples"].shape == (9, 4)

    gaps = tmp_path / "gaps.csv"
    gaps.write_text(",".join(NAMES) + "\n,judge,01,3.5\n22,,,\n")
    out = tmp_path / "filled.csv"
    fill = ["complete", str(run), "--input", str(gaps), "--out", str(out)]
    assert main(fill) == 0
    first, second = rows_of(out)[1:]
    assert first[1:] == ["judge", "01", "3.5"]
    assert second[0] == "22"
    assert all([*first, *second])

    elsewhere = str(tmp_path / "elsewhere.csv")
    assert main(["evaluate", str(run), "--data", elsewhere]) == 0
    assert "on 4 test examples" in capsys.readouterr().out
    completions = ["complete", str(run), "--num", "2", "--data", elsewhere]
    assert main(completions) == 0
    names, *completed = rows_of(run / "completions-top-seed-0.csv")
    assert names == ["row", "completion", *NAMES]
    assert len(completed) == 14
    # The upper half of a row is its first columns.
    assert len({tuple(row[2:4]) for row in completed[:7]}) == 1


@pytest.mark.slow
def test_rows_that_do_not_fit_are_refused(run, tmp_path, capsys):
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(",".join(NAMES) + "\n21,bakr,01,3.5\n")
    assert main(["complete", str(run), "--input", str(wrong)]) == 2
    message = capsys.readouterr().err
    assert "wrong.csv: Column 'job' must hold values that it had" in message
    wrong.write_text("age,job\n21,judge\n")
    assert main(["complete", str(run), "--input", str(wrong)]) == 2
    assert "must have a column 'code'" in capsys.readouterr().err
    assert main(["complete", str(run), "--input", "no.csv"]) == 2
    assert "no.csv" in capsys.readouterr().err


@pytest.mark.slow
def test_anomalies_of_a_table_are_told(run, people, tmp_path, capsys):
    pytest.importorskip("pyarrow")
    new = tmp_path / "new.csv"
    new.write_text(",".join(NAMES) + "\n21,judge,01,3.5\n22,judge,01,\n")
    arguments = [
        *("detect", str(run), "--normal", str(people), "--input", str(new)),
        *("--false-alarm-rate", "0.1", "--output", str(tmp_path / "p.parquet")),
    ]
    assert main(arguments) == 0
    assert "of 2 examples alarm, p <= 0.1" in capsys.readouterr().out
    scores = str(tmp_path / "s.parquet")
    score = ["score", str(run), "--input", str(new), "--output", scores]
    assert main(score) == 0
    assert "nats on 2 examples" in capsys.readouterr().out


@pytest.mark.slow
def test_a_damaged_table_of_a_run_is_said(run, capsys):
    result = json.loads((run / "result.json").read_text())
    del result["data"]["table"]["columns"][0]["values"]
    (run / "result.json").write_text(json.dumps(result))
    assert main(["sample", str(run)]) == 2
    assert (
        "does not hold a table: KeyError('values')" in capsys.readouterr().err
    )


def test_rows_are_filled_for_tables_alone(bits, tmp_path, capsys):
    run = str(tmp_path / "bits")
    arguments = ["train", "FVSBN", "--data", str(bits), *SHORT]
    assert main([*arguments, "--run-dir", run]) == 0
    assert main(["complete", run, "--input", "a.csv"]) == 2
    assert "--input is for models of tables" in capsys.readouterr().err


def test_a_model_that_suits_the_data_is_the_default(bits, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(
        "trainers.commands.train._train_one",
        lambda recipe, *_: asked.append(recipe),
    )
    assert main(["train", "--data", str(bits)]) == 0
    assert asked[0].name == "MADE-bits"
