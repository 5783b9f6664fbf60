"""The versions that setup.cfg declares are those that all texts name."""

import pathlib
import re
import shutil
import tomllib

import pytest
from packaging.requirements import Requirement

import tf_autoregressive
from colab import address
from tests.declared import CLASSIFIERS
from tests.declared import PROJECT_URLS
from tests.declared import PYTHON
from tests.declared import URL
from tests.declared import VERSION
from tests.declared import extra
from tests.declared import minors
from tests.declared import required
from tests.matrix import ENVIRONMENTS
from tf_autoregressive import backend

ROOT = pathlib.Path(__file__).parent.parent
TENSORFLOW = extra("tensorflow")["tensorflow"].specifier
KERAS = required()["keras"].specifier
TFP = required()["tensorflow-probability"].specifier


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
    name = "Programming Language :: Python :: "
    listed = [line for line in CLASSIFIERS if line.startswith(name + "3.")]
    assert listed == [name + minor for minor in minors(PYTHON)]


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
    ]
    assert {each.specifier for each in ranges} == {TENSORFLOW}
    # There is no newer version.
    assert minors(extra("tpu")["tensorflow-tpu"].specifier) == ["2.20"]
    # Newer ones raise TensorFlow; the oldest serve all.
    serving = extra("serving")["tensorflow-serving-api"].specifier
    assert minors(serving) == minors(TENSORFLOW)[:1]


def test_the_matrix_tries_what_is_declared():
    assert ENVIRONMENTS["lowest"].packages == (
        f"tensorflow=={minors(TENSORFLOW)[0]}.0",
        f"keras=={minors(KERAS)[0]}.0",
        f"tensorflow-probability=={minors(TFP)[0]}.0",
    )
    tried = {environment.python for environment in ENVIRONMENTS.values()}
    assert tried == set(minors(PYTHON))
    colab = map(Requirement, ENVIRONMENTS["colab"].packages)
    pinned = {r.name: str(r.specifier).removeprefix("==") for r in colab}
    assert pinned["tensorflow"] in TENSORFLOW
    assert pinned["keras"] in KERAS
    assert pinned["tensorflow-probability"] in TFP


def test_the_requirements_hold_no_tensorflow():
    """Pip would write it over `tensorflow-tpu` and its like."""
    assert "tensorflow" not in required()
    # Its extra `tf`, and tf_keras, require it.
    assert not required()["tensorflow-probability"].extras
    assert "tf_keras" not in required()
    assert "tf_keras" not in extra("tpu")


def test_the_release_is_tested_on_every_python():
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    (listed,) = re.findall(r"python: \[(.*)\]", workflow)
    assert re.findall(r"[\d.]+", listed) == minors(PYTHON)


def test_the_package_and_the_citation_have_the_declared_version():
    assert tf_autoregressive.__version__ == VERSION
    citation = (ROOT / "CITATION.cff").read_text().splitlines()
    assert f"version: {VERSION}" in citation


def test_the_changelog_begins_with_the_declared_version():
    changelog = (ROOT / "CHANGELOG.md").read_text()
    titles = re.findall(r"^## (\S+)", changelog, re.MULTILINE)
    assert titles[0].strip(",") == VERSION


def test_every_text_has_the_declared_address():
    texts = [*PROJECT_URLS, (ROOT / "README.md").read_text()]
    texts += [(ROOT / "CITATION.cff").read_text()]
    name = URL.rpartition("/")[2]
    found = re.findall(rf"https://[^\s/]+/[^\s/]+/{name}\b", "\n".join(texts))
    assert set(found) == {URL}


def test_another_address_is_written_wherever_the_declared_one_is(tmp_path):
    for name in address.FILES:
        shutil.copy(ROOT / name, tmp_path)
    other = "https://example.org/someone/tf_autoregressive"
    address.write(other, tmp_path)
    for name in address.FILES:
        old, new = ((place / name).read_text() for place in (ROOT, tmp_path))
        assert URL in old
        assert new == old.replace(URL, other)


def test_no_other_page_names_the_address():
    pages = [*ROOT.glob("*.*"), *ROOT.glob("docs/**/*.md")]
    naming = {p.name for p in pages if p.is_file() and URL in p.read_text()}
    assert naming == set(address.FILES)
