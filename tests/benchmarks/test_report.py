"""The record of the tables of speed, and the tables of README."""

import json
import pathlib
import re
import sys
import typing

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import report
from tests.benchmarks.tables import TABLES
from tests.benchmarks.tables import Table

README = pathlib.Path(__file__).parents[2] / "README.md"


class Doubles(Table):
    name = "doubles"
    head = ("number", "twice")
    labels: typing.ClassVar = {"one": "`1`", "two": "`2`"}

    def measure(self, row, *, quick):
        return {"value": {"one": 2.0, "two": 4.0}[row] + quick}

    def cells(self, found):
        return [f"{found['value']:.1f}"]


@pytest.fixture(autouse=True)
def doubles(monkeypatch):
    table = Doubles()
    monkeypatch.setitem(TABLES, "doubles", table)
    return table


def run(monkeypatch, *arguments):
    arguments = ["benchmarks", "--only", "doubles", *map(str, arguments)]
    monkeypatch.setattr(sys, "argv", arguments)
    command.main()


def test_rows_are_kept_and_written_as_a_table(monkeypatch, tmp_path, capsys):
    path = tmp_path / "speed.json"
    run(monkeypatch, "--record", path)
    rows = json.loads(path.read_text())["doubles"]
    assert {row: entry["numbers"] for row, entry in rows.items()} == {
        "one": {"value": 2.0},
        "two": {"value": 4.0},
    }
    assert "TensorFlow" in rows["one"]["versions"]
    out = capsys.readouterr().out
    assert "[2/2] doubles, two: 4.0" in out
    assert "| number | twice |\n| --- | --- |\n| `1` | 2.0 |\n" in out


def test_a_quick_run_keeps_nothing(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(report, "RECORD", tmp_path / "speed.json")
    run(monkeypatch, "--quick")
    assert "one: 3.0" in capsys.readouterr().out
    assert not report.RECORD.exists()


def test_what_is_not_installed_is_left_out(monkeypatch, doubles, capsys):
    monkeypatch.setattr(doubles, "needs", ("sys", "no_such_module"))
    run(monkeypatch, "--quick")
    said = "doubles, one: left out, because no_such_module is not installed."
    assert said in capsys.readouterr().out


def test_a_file_gets_the_tables_of_the_record(monkeypatch, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "before\n\n<!-- speed: doubles -->\n\n| old |\n| --- |\n\nafter\n"
        "<!-- speed: others -->\n\n| stays |\n"
    )
    run(monkeypatch, "--record", tmp_path / "speed.json", "--readme", page)
    assert page.read_text() == (
        "before\n\n<!-- speed: doubles -->\n\n| number | twice |\n"
        "| --- | --- |\n| `1` | 2.0 |\n| `2` | 4.0 |\n\nafter\n"
        "<!-- speed: others -->\n\n| stays |\n"
    )


def test_tables_of_readme_are_those_of_the_record():
    record, text = report.Record(), README.read_text()
    assert report.with_tables(text, record) == text


def test_marks_of_readme_name_tables():
    found = re.findall("<!-- speed: (.*) -->\n\n\\|", README.read_text())
    assert found
    assert set(found) <= set(TABLES)
