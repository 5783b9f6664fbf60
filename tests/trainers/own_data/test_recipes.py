"""The recipe of every model on every medium that it is for."""

import inspect
import re

import numpy as np
import pytest

import tf_autoregressive as tfar
from tests.trainers.own_data.conftest import data_at
from trainers import recipes
from trainers.data import Data
from trainers.errors import UsageError
from trainers.own_data.model_settings import _SETTINGS
from trainers.own_data.model_settings import MODELS
from trainers.own_data.model_settings import settings
from trainers.own_data.names import model_named
from trainers.own_data.names import named
from trainers.own_data.recipe_making import made_recipe
from trainers.recipe import Recipe
from trainers.training.build import _model_class
from trainers.training.build import _options
from trainers.training.build import compiled_model

SPLITS = ("train", "validation", "test")
# The keys are media, and the values stand for data of them.
DATA = {
    "vectors": tfar.datasets.from_arrays(
        *[np.arange(48).reshape(16, 3) % 4] * 3, name="v", num_levels=4
    ),
    "real vectors": tfar.datasets.from_arrays(
        *[np.linspace(-2, 2, 48).reshape(16, 3)] * 3, name="r", num_levels=None
    ),
    "images": tfar.datasets.from_arrays(
        *[np.arange(16 * 48).reshape(16, 4, 4, 3) % 256] * 3,
        name="i",
        num_levels=256,
    ),
    "tables": tfar.datasets.from_table(
        {"a": np.arange(20) % 3, "b": ["x", "y"] * 10}
    ),
    "text": tfar.datasets.from_text("to be or not to be " * 90, steps=8),
    "sound": tfar.datasets.from_recordings(
        {
            s: [np.linspace(-1, 1, 99)] * 2
            for s in ("train", "validation", "test")
        },
        steps=8,
        rate=8000,
    ),
    "music": tfar.datasets.from_songs(
        {
            s: [np.eye(4, dtype="uint8")] * 9
            for s in ("train", "validation", "test")
        }
    ),
}
FITTING = [(of, model) for of, models in _SETTINGS.items() for model in models]
# Each model is made for the first data that it is for in every run.
FIRST_OF_EACH = {model: of for of, model in reversed(FITTING)}


def made():
    """Yields the data and the models that fit; other data take turns."""
    for of, model in FITTING:
        is_first = FIRST_OF_EACH[model] == of
        marks = [] if is_first else [pytest.mark.takes_turns]
        yield pytest.param(of, model, marks=marks)


def test_every_model_is_for_some_data():
    bases = {"AutoregressiveModel", "RasterModel", "SequenceModel"}
    models = {
        name
        for name in tfar.models.__all__
        if inspect.isclass(model := getattr(tfar.models, name))
        and issubclass(model, tfar.models.AutoregressiveModel)
    }
    assert set(MODELS) == models - bases


@pytest.mark.parametrize(("of", "model"), FITTING)
def test_settings_are_a_recipe_with_options_that_the_model_has(of, model):
    recipe = made_recipe(model, DATA[of], {"kind": "arrays"}, None)
    assert (recipe.paced, recipe.max_seconds) == (True, 600.0)
    assert recipe.batch_size * 8 <= int(DATA[of].train.cardinality())
    _options(_model_class(model), recipe, DATA[of].info)


@pytest.mark.slow
@pytest.mark.usefixtures("eagerly")
@pytest.mark.parametrize(("of", "model"), list(made()))
def test_the_model_of_settings_can_be_made(of, model):
    recipe = made_recipe(model, DATA[of], {"kind": "arrays"}, None)
    data = Data.of(DATA[of], recipe)
    made = compiled_model(recipe, data)
    batch = next(iter(data.train.batch(2)))
    x, context = batch if isinstance(batch, tuple) else (batch, None)
    assert np.isfinite(made.log_prob(x, context=context)).all()


@pytest.mark.parametrize(
    ("count", "side", "batch"),
    [(16, 32, 2), (900, 32, 16), (900, 64, 4), (900, 16, 32)],
)
def test_batches_follow_the_size_of_images_and_of_the_set(count, side, batch):
    info = tfar.datasets.DatasetInfo("x", "", "", (side, side, 3), 256, {})
    found = settings("PixelCNN", info, count)
    assert found["batch_size"] == batch


def test_labels_condition_the_model(photos):
    data = data_at(photos, with_labels=True)
    options = {"kind": "images", "with_labels": True}
    recipe = made_recipe("PixelCNN", data, options, 60.0)
    assert recipe.model_options["num_classes"] == 2
    assert recipe.dataset_options["with_labels"]
    assert recipe.max_seconds == 60.0
    assert recipe.name == "PixelCNN-photos"


def test_vectors_as_labels_are_contexts(tmp_path):
    rows = np.zeros((20, 3), int)
    np.savez(tmp_path / "a.npz", train=rows, y_train=rows[:, :2] + 0.5)
    data = data_at(tmp_path / "a.npz", with_labels=True)
    options = {"kind": "arrays", "with_labels": True}
    recipe = made_recipe("MADE", data, options, None)
    assert recipe.model_options["context_shape"] == (2,)


def test_a_recipe_keeps_its_settings_but_for_what_follows_from_the_data():
    (base,) = recipes.find("gated_pixel_cnn_mnist")
    recipe = made_recipe(base, DATA["images"], {"kind": "images"}, None)
    assert recipe.name == "gated_pixel_cnn_mnist-i"
    assert recipe.model_options["kernel_size"] == 7
    assert recipe.model_options["distribution"] == (
        "discretized_logistic_mixture"
    )
    assert (recipe.epochs, recipe.paced) == (base.epochs, False)
    assert recipe.published == "none on this data"


def test_rows_that_go_on_are_not_for_windows_that_overlap():
    (base,) = recipes.find("char_rnn_carried_tiny_shakespeare")
    with pytest.raises(UsageError, match="carried_rows` is not for your own"):
        made_recipe(base, DATA["text"], {"kind": "text"}, None)


@pytest.mark.parametrize("name", ["gatedpixelcnn", "gated_pixel_cnn", "MADE"])
def test_names_of_models_are_found_in_any_case(name):
    plain = re.sub("_", "", name).lower()
    assert model_named(name).lower() == plain
    assert model_named(name + "x") is None


def test_a_renamed_recipe_says_its_new_name_with_data_of_ones_own_too():
    with pytest.raises(UsageError, match="is called 'char_rnn_nottingham' now"):
        named("lstm_nottingham")


def test_recipes_survive_their_file():
    options = {"kind": "images", "image_size": (4, 4)}
    recipe = made_recipe("PixelCNN", DATA["images"], options, None)
    assert Recipe.model_validate(recipe.model_dump(mode="json")) == recipe
