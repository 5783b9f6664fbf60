import json

import pytest

from tf_autoregressive import trained
from trainers import recipes
from trainers.cli import main
from trainers.errors import UsageError
from trainers.reports import records
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
    trainers = tmp_path / "trainers"
    results = trainers / "results"
    results.mkdir(parents=True)
    (results / "fvsbn_mushrooms.json").write_text(json.dumps(result))
    monkeypatch.setattr(results_table, "_HERE", trainers)
    monkeypatch.setattr(records, "_RESULTS", results)
    monkeypatch.setattr(trained, "_HERE", tmp_path / "trained")
    return tmp_path


def test_the_tables_in_the_repository_are_those_of_the_results():
    """If it fails: `tfar results --write`."""
    for path, table in results_table.pages().items():
        assert results_table.with_table(path, table) == path.read_text()


def test_a_trained_model_has_its_record_in_its_folder(clone):
    (recipe,) = recipes.find("made_mushrooms")
    assert records.recorded(recipe) is None
    folder = clone / "trained" / "made_mushrooms"
    (folder / "run").mkdir(parents=True)
    (folder / "card.json").write_text("{}")
    (folder / "run" / "result.json").write_text('{"steps": 7}')
    assert records.recorded(recipe) == {"steps": 7}
    (folder / "run" / "result.json").write_text("{")
    with pytest.raises(UsageError, match=r"The record .* cannot be read"):
        records.recorded(recipe)


def test_the_tables_replace_those_before_and_nothing_else(clone, capsys):
    readmes = [clone / "README.md", clone / "trainers" / "README.md"]
    begin, end = results_table._BEGIN, results_table._END
    for readme in readmes:
        readme.write_text(f"# Head\n{begin}\nold\n{end}\ntail\n")
    assert main(["results", "--write"]) == 0
    assert capsys.readouterr().out.split() == [*map(str, readmes)]
    texts = [readme.read_text() for readme in readmes]
    for text in texts:
        assert text.startswith(f"# Head\n{begin}\n\n| recipe | ")
        assert text.endswith(f"|\n\n{end}\ntail\n")
        assert "\nold\n" not in text
    figure = "10.27 ± 0.05 nats (Germain et al. 2015, Table 4) | +0.06"
    assert texts[0].count("\n| `") == 1
    assert (
        f"| `fvsbn_mushrooms` | 10.33 ± 0.04 | {figure} | missed by 0.01 "
        "| 1,234 s |"
    ) in texts[0]
    assert (
        f"| `fvsbn_mushrooms` | FVSBN | mushrooms | 10.33 ± 0.04 |  | {figure} "
        "| missed by 0.01 | 12,656 | 2,680 | 1,234 | 2 |"
    ) in texts[1]
    assert "| `made_mushrooms` | MADE | mushrooms | not run here |" in texts[1]


def test_there_must_be_places_for_the_tables(clone, capsys):
    assert main(["results", "--write"]) == 2
    assert "is written in a clone" in capsys.readouterr().err
    page = clone / "README.md"
    page.write_text("nothing")
    with pytest.raises(UsageError, match=r"must have the lines '<!-- Written"):
        results_table.with_table(page, "| |")
