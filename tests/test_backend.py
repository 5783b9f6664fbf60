"""The errors of the library where TensorFlow or Keras cannot be used."""

import ast
import pathlib
import re
import sys

import keras
import pytest
import tensorflow as tf

import export
from tf_autoregressive import backend

ROOT = pathlib.Path(__file__).parent.parent


def test_what_the_tests_run_on_is_enough():
    backend.check()


@pytest.mark.parametrize(
    ("module", "remedy"),
    [
        ("tensorflow", 'needs TensorFlow.*"tf_autoregressive\\[tensorflow\\]"'),
        ("tf_keras", r'needs tf_keras.*--no-deps "tf_keras~=2\.\d\d\.0"'),
    ],
)
def test_a_missing_package_is_named_with_what_installs_it(
    module, remedy, monkeypatch
):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError, match=remedy):
        backend.check()


@pytest.mark.parametrize("version", ["2.9.1", "2.19.0", "1.15.5"])
def test_an_old_tensorflow_is_refused(version, monkeypatch):
    monkeypatch.setattr(tf, "__version__", version)
    with pytest.raises(ImportError, match=f"Received: {version}"):
        backend.check()


@pytest.mark.parametrize("version", ["2.20.0-rc0", "2.23.0-dev20261027"])
def test_candidates_and_nightlies_of_tensorflow_are_taken(version, monkeypatch):
    monkeypatch.setattr(tf, "__version__", version)
    backend.check()


def test_another_backend_of_keras_is_refused(monkeypatch):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    monkeypatch.setattr(keras.backend, "backend", lambda: "torch")
    with pytest.raises(ImportError, match=r"'tensorflow'.*Received: 'torch'"):
        backend.check()


def test_another_backend_is_refused_before_keras_looks_for_it(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    monkeypatch.setitem(sys.modules, "keras", None)
    with pytest.raises(ImportError, match=r"'tensorflow'.*Received: 'jax'"):
        backend.check()


def needs_tensorflow(folder):
    """Returns whether a module below it imports TensorFlow."""
    return any(
        re.search(r"^import tensorflow as tf$", path.read_text(), re.MULTILINE)
        for path in folder.rglob("*.py")
    )


PACKAGES = (ROOT / "tf_autoregressive").glob("*/")


@pytest.mark.parametrize(
    "path",
    [path / "__init__.py" for path in PACKAGES if needs_tensorflow(path)],
    ids=lambda path: path.parent.name,
)
def test_packages_check_before_they_import_anything_else(path):
    nodes = ast.parse(path.read_text()).body
    imports = [
        ast.unparse(node)
        for node in nodes
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    others = [line for line in imports if not is_of_python(line)]
    assert others[0] == "from tf_autoregressive import backend"


def test_exporters_check_before_they_import_anything_else(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.delitem(sys.modules, "tf_autoregressive.backend")
    with pytest.raises(ImportError, match="needs TensorFlow"):
        _ = export.Client
    assert export.verify.__name__ == "verify"


def is_of_python(line):
    """Returns whether an import is one of the standard library."""
    return re.split(r"[ .]", line)[1] in sys.stdlib_module_names
