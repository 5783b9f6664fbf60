"""The trained models that come with the package, or from a hub."""

import json
import os
import pathlib
import shutil
import sys
import types

import keras
import numpy as np
import pytest
from keras.src.saving import saving_lib

from tf_autoregressive import models
from tf_autoregressive import trained
from trainers import data
from trainers import recipes
from trainers.cli import main
from trainers.reports import records
from trainers.reports.publishing import fixed_test_score
from trainers.training.finished_run import TrainedRun

RESULTS = pathlib.Path(recipes.__file__).parent.parent / "results"
# A folder of each format that was released.
STORED = pathlib.Path(__file__).parent / "stored_trained"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A copy of a small trained model, which stands for the package's."""
    copy = tmp_path / "mine"
    shutil.copytree(STORED / f"format_{trained.FORMAT}", copy)
    monkeypatch.setattr(trained, "_HERE", tmp_path)
    return copy


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A folder OWNER/NAME that stands for the hub, for Keras too."""

    def snapshot_download(repo_id, library_name, library_version=None):
        assert library_name == "keras"
        if not (tmp_path / repo_id).is_dir():
            raise OSError(f"{repo_id} is not found")
        return str(tmp_path / repo_id)

    stand_in = types.ModuleType("huggingface_hub")
    stand_in.snapshot_download = snapshot_download
    monkeypatch.setitem(sys.modules, "huggingface_hub", stand_in)
    monkeypatch.setattr(saving_lib, "huggingface_hub", stand_in)
    return tmp_path


def rewrite_card(folder, **changes):
    path = folder / "card.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_the_list_says_what_the_records_say():
    for about in models.pretrained():
        directory = TrainedRun(about.name)
        result = directory.read_result()
        assert about.nats == result["test"]["nats"]
        assert about.data == directory.read_config().recipe.dataset
        assert result["recipe"] == about.name


def test_the_record_of_a_model_is_in_its_folder_alone():
    """If it fails: remove that in trainers/results/, `tfar results --write`."""
    for name in trained.names():
        (recipe,) = recipes.find(name)
        assert records.recorded(recipe) == trained.record(trained.folder(name))
        assert not (RESULTS / f"{name}.json").exists()


def test_models_are_small():
    sizes = [about.num_bytes for about in models.pretrained()]
    assert max(sizes) <= 2.5e6
    assert sum(sizes) <= 12e6


def test_a_model_has_its_record():
    name = trained.names()[0]
    model = models.load(name)
    assert model.result["recipe"] == name


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            # The network of images takes many seconds for its examples.
            marks=[pytest.mark.takes_turns] if "pixel_cnn" in name else [],
        )
        for name in trained.names()
    ],
)
def test_a_model_scores_as_it_did(name):
    recipe = TrainedRun(name).read_config().recipe
    data_dir = os.environ.get("TFAR_DATA_DIR")
    if data_dir is None and recipe.dataset not in (
        "binarized_mnist",
        "tiny_shakespeare",
    ):
        pytest.skip(f"{recipe.dataset} is in no folder TFAR_DATA_DIR")
    test = data.load(recipe, data_dir).test
    score = fixed_test_score(models.load(name), test, recipe)
    recorded = trained.card(trained.folder(name)).fixed_test
    assert score["examples"] == recorded["examples"]
    # Texts have hundreds of nats, which float32 holds to seven digits.
    expected = pytest.approx(recorded["nats"], rel=1e-6, abs=1e-4)
    assert score["nats"] == expected


def test_an_unknown_name_gets_the_closest():
    name = trained.names()[0]
    with pytest.raises(ValueError, match=f"Did you mean '{name}'"):
        models.load(name[:-1])


@pytest.mark.parametrize("name", trained.MODEL_FILES)
def test_a_changed_model_is_not_loaded(folder, name):
    path = folder / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ValueError, match="is damaged"):
        models.load("mine")
    path.unlink()
    with pytest.raises(ValueError, match="is damaged"):
        models.load("mine")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "cannot be read, so that its folder is not that"),
        ("[]", "does not hold an object"),
        ("{}", "must have the number of its format.*Received: None"),
        ('{"format": 2}', r"card\.json is damaged: it has no 'version'"),
        ('{"format": 1}', "has format 1.*`tfar publish .*mine --to FOLDER`"),
        ('{"format": 3}', "has format 3.*pip install -U tf_autoregressive"),
    ],
)
def test_a_card_that_cannot_be_used_says_what_to_do(folder, content, message):
    (folder / "card.json").write_text(content)
    with pytest.raises(ValueError, match=message):
        models.load("mine")


def test_a_folder_without_a_card_is_not_a_model(folder):
    (folder / "card.json").unlink()
    assert trained.names() == ()
    with pytest.raises(ValueError, match="`name` must be"):
        models.load("mine")


def test_released_formats_are_read_or_say_what_to_do(monkeypatch):
    monkeypatch.setattr(trained, "_HERE", STORED)
    assert trained.names() == tuple(
        f"format_{number + 1}" for number in range(trained.FORMAT)
    )
    with pytest.raises(
        ValueError, match=r"format 1.*`tfar publish \S*format_1"
    ):
        models.load("format_1")
    assert models.load("format_2").event_shape == (112,)


def test_a_repository_of_the_hub_is_a_name(hub, monkeypatch, capsys):
    shutil.copytree(STORED / "format_2", hub / "owner" / "name")
    model = models.load("hf://owner/name")
    assert model.result["recipe"] == "tiny"
    by_keras = keras.saving.load_model("hf://owner/name")
    for got, expected in zip(
        by_keras.get_weights(), model.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(got, expected)
    monkeypatch.chdir(hub)
    assert main(["sample", "hf://owner/name", "--num", "2"]) == 0
    assert capsys.readouterr().out.split() == ["name-samples-seed-0.npz"]


def test_a_repository_runs_no_code(hub):
    folder = hub / "owner" / "name"
    shutil.copytree(STORED / "format_2", folder)
    layer = keras.layers.Lambda(lambda x: x)
    model = keras.Sequential([keras.Input((2,)), layer])
    keras.saving.save_model(model, folder, overwrite=True, zipped=False)
    rewrite_card(folder, sha256=trained.sha256(folder))
    with pytest.raises(ValueError, match=r"cannot be loaded.*[Ll]ambda"):
        models.load("hf://owner/name")


def test_what_the_hub_does_not_have_is_an_error(hub, monkeypatch):
    with pytest.raises(ValueError, match="hf://a/b cannot be downloaded"):
        models.load("hf://a/b")
    (hub / "a" / "b").mkdir(parents=True)
    with pytest.raises(ValueError, match=r"card\.json cannot be read"):
        models.load("hf://a/b")
    with pytest.raises(ValueError, match="`name` must be `hf://OWNER/NAME`"):
        models.load("hf://b")
    monkeypatch.setitem(sys.modules, "huggingface_hub", None)
    with pytest.raises(ImportError, match=r"tf_autoregressive\[hub\]"):
        models.load("hf://a/b")
