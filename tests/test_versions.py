"""The versions that setup.cfg declares are those that all texts name."""

import configparser
import pathlib
import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from tf_autoregressive import backend

ROOT = pathlib.Path(__file__).parent.parent
CONFIG = configparser.ConfigParser()
CONFIG.read(ROOT / "setup.cfg")


def requirements(option, section="options"):
    """Returns `{name: requirement}` of a list in setup.cfg."""
    lines = CONFIG[section][option].split("\n")
    found = [Requirement(line) for line in lines if line.strip()]
    return {requirement.name: requirement for requirement in found}


def extra(name):
    return requirements(name, "options.extras_require")


PYTHON = SpecifierSet(CONFIG["options"]["python_requires"])
TENSORFLOW = extra("tensorflow")["tensorflow"].specifier
KERAS = requirements("install_requires")["keras"].specifier
TFP = requirements("install_requires")["tensorflow-probability"].specifier


def minors(specifiers):
    """Returns the minor versions that a range allows, as texts, in order."""
    (major,) = {spec.version.split(".")[0] for spec in specifiers}
    versions = [f"{major}.{minor}" for minor in range(100)]
    return list(specifiers.filter(versions))


def span(specifiers):
    """Returns a range as README writes it: "3.11 to 3.13", "2.20 or 2.21"."""
    first, *rest = minors(specifiers)
    if not rest:
        return first
    return f"{first} {'or' if len(rest) == 1 else 'to'} {rest[-1]}"


SENTENCE = (
    f"It runs on Python {span(PYTHON)} with TensorFlow {span(TENSORFLOW)}, "
    f"Keras {span(KERAS)} and TFP {span(TFP)}."
)


@pytest.mark.parametrize("page", ["README.md", "docs/guides/installing.md"])
def test_pages_name_the_declared_versions(page):
    text = re.sub(r"\s+", " ", (ROOT / page).read_text())
    assert SENTENCE in text


def test_classifiers_name_every_python():
    found = re.findall(r"Python :: (3\.\d+)", CONFIG["metadata"]["classifiers"])
    assert found == minors(PYTHON)


def test_the_linter_and_the_error_begin_with_the_oldest():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    oldest = minors(PYTHON)[0].replace(".", "")
    assert config["tool"]["ruff"]["target-version"] == f"py{oldest}"
    assert minors(TENSORFLOW)[0] == backend.OLDEST_TENSORFLOW


def test_extras_of_tensorflow_agree():
    ranges = [
        extra("tensorflow")["tf_keras"],
        extra("gpu")["tensorflow"],
        extra("gpu")["tf_keras"],
        extra("serving")["tensorflow-serving-api"],
    ]
    assert {each.specifier for each in ranges} == {TENSORFLOW}
    # There is no newer one.
    assert minors(extra("tpu")["tensorflow-tpu"].specifier) == ["2.20"]


def test_the_requirements_hold_no_tensorflow():
    """Pip would write it over `tensorflow-tpu` and its like."""
    names = set(requirements("install_requires"))
    assert "tensorflow" not in names
    # Its extra `tf`, and tf_keras, require it.
    assert "tf_keras" not in names
    assert not requirements("install_requires")["tensorflow-probability"].extras
    assert "tf_keras" not in extra("tpu")
