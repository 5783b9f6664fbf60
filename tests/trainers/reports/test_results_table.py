import json

import pytest

from trainers import recipes
from trainers.cli import main
from trainers.errors import UsageError
from trainers.reports import results_table


@pytest.fixture
def clone(tmp_path, monkeypatch):
    """A clone of the project with one result."""
    result = {
        "test": {"nats": 10.326, "standard_error": 0.04, "bits_per_dim": None},
        "num_parameters": 12656,
        "steps": 2680,
        "train_seconds": 1234.5,
        "machine": {"cores": 2},
    }
    results = tmp_path / "results"
    results.mkdir()
    (results / "fvsbn_mushrooms.json").write_text(json.dumps(result))
    monkeypatch.setattr(results_table, "README", tmp_path / "README.md")
    monkeypatch.setattr(results_table, "RESULTS", results)
    return tmp_path


def test_the_table_in_the_repository_is_that_of_the_results():
    """If it fails: `tfar results`."""
    text = results_table.README.read_text()
    assert results_table.with_table(text) == text


def test_every_recorded_result_belongs_to_a_recipe():
    families = recipes.families().values()
    names = {recipe.name for family in families for recipe in family}
    assert {path.stem for path in results_table.RESULTS.iterdir()} <= names


def test_the_table_replaces_the_one_before_and_nothing_else(clone, capsys):
    readme = clone / "README.md"
    begin, end = results_table._BEGIN, results_table._END
    readme.write_text(f"# Head\n{begin}\nold\n{end}\ntail\n")
    assert main(["results"]) == 0
    assert capsys.readouterr().out.strip() == str(readme)
    text = readme.read_text()
    assert text.startswith(f"# Head\n{begin}\n\n| recipe | model |")
    assert text.endswith(f"|\n\n{end}\ntail\n")
    assert "\nold\n" not in text
    assert (
        "| `fvsbn_mushrooms` | FVSBN | mushrooms | 10.33 ± 0.04 |  | 10.27 "
        "nats (Germain et al. 2015, Table 4) | 12,656 | 2,680 | 1,234 | 2 |"
    ) in text
    assert "| `made_mushrooms` | MADE | mushrooms | not run here |" in text


def test_there_must_be_a_place_for_the_table(clone, capsys):
    assert main(["results"]) == 2
    assert "is written in a clone" in capsys.readouterr().err
    with pytest.raises(UsageError, match=r"must have the lines '<!-- Written"):
        results_table.with_table("nothing")
