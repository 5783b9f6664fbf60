"""`tfar publish`, `tfar models`, and names in place of runs."""

import shutil

import numpy as np
import pytest

from tf_autoregressive import models
from tf_autoregressive import trained
from trainers.cli import main
from trainers.reports import publishing
from trainers.training.run import run


@pytest.fixture
def published(recipe, directory, data_dir, tmp_path, monkeypatch):
    """The folder of a model that this test has trained and published."""
    run(recipe(), directory, data_dir=data_dir, verbose=0)
    folder = tmp_path / "package"
    assert main(["publish", str(directory.path), "--to", str(folder)]) == 0
    monkeypatch.setattr(trained, "_HERE", folder)
    return folder / "tiny"


@pytest.mark.slow
def test_a_published_model_is_the_runs(published, directory, capsys):
    weights = directory.load_model().get_weights()
    loaded = models.load("tiny")
    for got, expected in zip(loaded.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(got, expected)
    assert not loaded.compiled
    assert loaded.result == directory.read_result()
    card = trained.card(published)
    assert card.fixed_test["examples"] == 33
    assert card.licence == "CC BY 4.0"
    page = (published / "README.md").read_text()
    assert "| licence of the data | CC BY 4.0 |" in page
    assert 'tfar.models.load("hf://OWNER/tiny")' in page
    assert f"{loaded.result['test']['nats']:.2f} ± " in page


@pytest.mark.slow
def test_commands_take_the_name(published, tmp_path, monkeypatch, capsys):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    before = sorted(published.iterdir())
    assert main(["models"]) == 0
    assert "mushrooms" in capsys.readouterr().out
    assert main(["sample", "tiny", "--num", "2"]) == 0
    assert capsys.readouterr().out.split() == ["tiny-samples-seed-0.npz"]
    assert sorted(published.iterdir()) == before


@pytest.mark.slow
def test_nothing_is_published_twice(published, directory, capsys):
    arguments = ["publish", str(directory.path), "--to", str(published.parent)]
    assert main(arguments) == 2
    assert "exists" in capsys.readouterr().err
    assert [path.name for path in published.parent.iterdir()] == ["tiny"]


@pytest.mark.slow
def test_a_name_is_published_as_it_is(published, tmp_path):
    assert main(["publish", "tiny", "--to", str(tmp_path / "elsewhere")]) == 0
    copy = tmp_path / "elsewhere" / "tiny"
    assert trained.card(copy) == trained.card(published)
    assert (copy / "README.md").read_text() == (
        published / "README.md"
    ).read_text()


@pytest.mark.slow
def test_the_package_takes_small_models(
    published, directory, monkeypatch, capsys
):
    package = published.parent
    shutil.move(published, package.parent / "small")
    monkeypatch.setattr(publishing, "_LARGEST", 1000)
    arguments = ["publish", str(directory.path), "--to", str(package)]
    assert main(arguments) == 2
    assert "A model of the package may take 0.001 MB" in capsys.readouterr().err
    assert not [*package.iterdir()]
    assert main([*arguments[:-1], str(package.parent / "other")]) == 0


def test_what_is_neither_a_run_nor_a_name_is_refused(capsys):
    name = trained.names()[0]
    assert main(["sample", name[1:]]) == 2
    said = capsys.readouterr().err
    assert "is not a run directory" in said
    assert f"Did you mean '{name}'?" in said
