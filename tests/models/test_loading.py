"""Files of models that ask for more than they hold are refused."""

import json
import zipfile

import keras
import numpy as np
import pytest

from tests.fuzz.driver import Memory
from tf_autoregressive.models import FVSBN
from tf_autoregressive.models import MADE
from tf_autoregressive.models import CharCNN
from tf_autoregressive.models import DeepNADE
from tf_autoregressive.models import NGramMLP
from tf_autoregressive.models import PixelCNN
from tf_autoregressive.models import Transformer
from tf_autoregressive.models.building import no_more_weights_than
from tf_autoregressive.models.loading import load_model

MODELS = {
    "made": lambda: MADE((4,), units=(5,)),
    "deep-nade": lambda: DeepNADE((4,), units=(5,)),
    "pixel-cnn": lambda: PixelCNN((3, 3, 1), filters=4, num_blocks=2),
    "ngram-mlp": lambda: NGramMLP((6,), order=3, units=4, num_levels=5),
    "char-cnn": lambda: CharCNN(
        (6,), filters=4, dilations=(1, 2), num_levels=5
    ),
    "transformer": lambda: Transformer(
        (6,), units=4, num_heads=2, num_layers=1, num_levels=5
    ),
}


@pytest.fixture
def stored(tmp_path):
    """Returns the path of a file whose configuration was changed."""

    def written(name, members=(), **changes):
        MODELS[name]().save(tmp_path / "sound.keras")
        path = tmp_path / "changed.keras"
        with (
            zipfile.ZipFile(tmp_path / "sound.keras") as sound,
            zipfile.ZipFile(path, "w") as changed,
        ):
            config = json.loads(sound.read("config.json"))
            config["config"].update(changes)
            changed.writestr("config.json", json.dumps(config))
            for member in ("metadata.json", "model.weights.h5"):
                changed.writestr(member, sound.read(member))
            for member, contents in members:
                changed.writestr(member, contents, zipfile.ZIP_DEFLATED)
        return path

    return written


@pytest.mark.parametrize("name", MODELS)
def test_a_file_holds_its_model(stored, name):
    path = stored(name)
    model, expected = load_model(path), keras.saving.load_model(path)
    np.testing.assert_array_equal(
        np.concatenate([np.ravel(w) for w in model.get_weights()]),
        np.concatenate([np.ravel(w) for w in expected.get_weights()]),
    )


@pytest.mark.parametrize(
    ("name", "changes", "rule"),
    [
        ("made", {"units": [10**9]}, "arrays of 16777216 entries"),
        ("made", {"units": [10**7]}, "weights may have an axis of"),
        # Less than a value for every byte of the file, which has 26,000.
        ("made", {"units": [1000]}, "The weights must have at most"),
        ("made", {"units": [10**4, 10**4]}, "The weights must have at most"),
        ("made", {"event_shape": [10**5, 10**5]}, "arrays of 16777216 entr"),
        ("made", {"num_masks": 10**7}, "arrays of 16777216 entries"),
        ("made", {"num_classes": 10**7}, "weights may have an axis of"),
        ("deep-nade", {"num_orderings": 10**8}, "arrays of 16777216 entries"),
        ("deep-nade", {"units": [10**4, 10**4]}, "The weights must have at"),
        ("pixel-cnn", {"filters": 10**6}, "weights may have an axis of"),
        ("pixel-cnn", {"filters": 10**4}, "The weights must have at most"),
        (
            "pixel-cnn",
            {"num_blocks": 10**6},
            "bytes of weights may be .* layers",
        ),
        (
            "char-cnn",
            {"dilations": [1] * 10**5},
            "bytes of weights may be .* layers",
        ),
        ("ngram-mlp", {"order": 10**7}, "The weights must have at most"),
        ("transformer", {"event_shape": [2**24]}, "could not be loaded"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_configuration_asks_for_no_more_than_is_stored(
    stored, name, changes, rule
):
    path = stored(name, **changes)
    before = Memory.now()
    with pytest.raises(ValueError, match=rf"(?s)changed\.keras cannot.*{rule}"):
        load_model(path)
    assert Memory.now().beyond(before) < 10**9
    # A model that was refused leaves nothing behind.
    assert FVSBN((2,)).sample(1, seed=0).shape == (1, 2)


def test_a_member_does_not_unpack_to_much(stored):
    path = stored("made", members=[("assets/x", bytes(10**8))])
    with pytest.raises(ValueError, match=r"may unpack to .* Received: 100"):
        load_model(path)


def test_a_large_seed_is_not_a_size(stored):
    path = stored("deep-nade", ordering_seed=2**40)
    assert load_model(path).ordering_seed == 2**40


def test_a_model_of_something_else_is_refused(tmp_path):
    path = tmp_path / "classifier.keras"
    keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]).save(path)
    with pytest.raises(ValueError, match="holds a Sequential, which has no"):
        load_model(path)


def test_the_weights_of_all_layers_count_together():
    with no_more_weights_than(96):
        keras.layers.Dense(4).build((None, 5))
    with (
        pytest.raises(
            ValueError, match=r"at most 95 bytes.* Received: 96, with"
        ),
        no_more_weights_than(95),
    ):
        keras.layers.Dense(4).build((None, 5))
    keras.layers.Dense(4).build((None, 5))
