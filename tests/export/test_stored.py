"""Files that other versions of TensorFlow wrote give what they gave there."""

import zipfile

import keras
import numpy as np
import pytest

from tests.declared import extra
from tests.declared import minors
from tests.export import stored
from tests.export.conftest import Exported
from tf_autoregressive.sampling_options import OPTIONS

ARCHIVES = [pytest.param(path, id=path.stem) for path in stored.archives()]


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Returns a function that unpacks an archive, once."""
    folder = tmp_path_factory.mktemp("stored")

    def unpack(path):
        if not (folder / path.stem).exists():
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder / path.stem)
        return folder / path.stem

    return unpack


def test_there_is_an_archive_of_every_declared_version():
    versions = minors(extra("tensorflow")["tensorflow"].specifier)
    names = [path.stem for path in stored.archives()]
    assert names == [f"tensorflow-{version}" for version in versions]
    assert sum(path.stat().st_size for path in stored.archives()) < 100_000


@pytest.mark.parametrize("path", ARCHIVES)
@pytest.mark.parametrize("name", stored.NAMES)
def test_keras_files_are_read(path, name, unpacked):
    model = keras.saving.load_model(unpacked(path) / f"{name}.keras")
    expected = np.load(unpacked(path) / f"{name}.npz")
    actual = stored.answers(model)
    np.testing.assert_array_equal(actual["events"], expected["events"])
    np.testing.assert_allclose(
        actual["log_prob"], expected["log_prob"], rtol=1e-5
    )


@pytest.mark.parametrize("path", ARCHIVES)
def test_saved_models_are_read(path, unpacked):
    folder = unpacked(path)
    expected = np.load(folder / f"{stored.NAMES[0]}.npz")
    exported = Exported(None, None, folder / stored.NAMES[0])
    drawn = exported.ask(
        "sample",
        num_samples=3,
        seed=stored.SEED,
        first=0,
        context=range(3),
        **switched_off(exported.signatures["sample"]),
    )
    np.testing.assert_array_equal(drawn["events"], expected["events"])
    scored = exported.ask("log_prob", events=drawn["events"], context=range(3))
    np.testing.assert_allclose(
        scored["log_prob"], expected["log_prob"], rtol=1e-5
    )


def switched_off(signature):
    """Returns a number for each option that a stored signature asks for."""
    _, inputs = signature.structured_input_signature
    return {
        name: option.off for name, option in OPTIONS.items() if name in inputs
    }
