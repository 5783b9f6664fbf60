"""The trained models that come with the package."""

import json
import shutil

import pytest

from tf_autoregressive import models
from tf_autoregressive import trained
from trainers import data
from trainers.training.finished_run import PackagedRun
from trainers.training.publishing import fixed_test_score


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of a trained model's folder, which stands for the package's."""
    copy = tmp_path / "mine"
    shutil.copytree(trained.folder(trained.names()[0]), copy)
    monkeypatch.setattr(trained, "_HERE", tmp_path)
    return copy


def rewrite_card(folder, **changes):
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_list_says_what_the_records_say():
    for about in models.pretrained():
        directory = PackagedRun(about.name)
        result = directory.read_result()
        assert about.nats == result["test"]["nats"]
        assert about.data == directory.recipe().dataset
        assert result["recipe"] == about.name


def test_models_are_small():
    sizes = [about.num_bytes for about in models.pretrained()]
    assert max(sizes) <= 2.5e6
    assert sum(sizes) <= 12e6


def test_a_model_has_its_record():
    name = trained.names()[0]
    model = models.load(name)
    assert model.result["recipe"] == name


@pytest.mark.slow
@pytest.mark.parametrize("name", trained.names())
def test_a_model_scores_as_it_did(name):
    directory = PackagedRun(name)
    recipe = directory.recipe()
    score = fixed_test_score(models.load(name), data.load(recipe).test, recipe)
    recorded = trained.card(directory.path)["fixed_test"]
    assert score["examples"] == recorded["examples"]
    assert score["nats"] == pytest.approx(recorded["nats"], abs=1e-4)


def test_an_unknown_name_gets_the_closest():
    name = trained.names()[0]
    with pytest.raises(ValueError, match=f"Did you mean '{name}'"):
        models.load(name[:-1])


def test_a_changed_model_is_not_loaded(folder):
    path = folder / "model.keras"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged"):
        models.load("mine")


def test_a_card_of_another_model_is_not_believed(folder):
    rewrite_card(folder, sha256="0" * 64)
    with pytest.raises(ValueError, match="is damaged"):
        models.load("mine")


def test_a_newer_format_says_what_to_install(folder):
    rewrite_card(folder, format=2, version="0.9.0")
    with pytest.raises(ValueError, match=r"Install the version .*0\.9\.0"):
        models.load("mine")


def test_a_folder_without_a_card_is_not_a_model(folder):
    (folder / "card.json").unlink()
    assert trained.names() == ()
    with pytest.raises(ValueError, match="`name` must be"):
        models.load("mine")
