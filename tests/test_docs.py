"""README and docs: every block runs, no number is stale, no link dead.

Blocks run as they stand but for one substitution: `fit` takes two steps of one
epoch, `evaluate` one batch, and both run op by op, whatever the text says.
"""

import json
import pathlib
import re
import shlex

import matplotlib.pyplot as plt
import pytest

import export
import tf_autoregressive
import trainers
from tf_autoregressive import trained
from tf_autoregressive.models.likelihood_model import LikelihoodModel
from trainers import cli
from trainers import recipes
from trainers.own_data import names
from trainers.reports.records import record_files

ROOT = pathlib.Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXTS = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "trainers" / "README.md"]
RESULTS = {
    name: json.loads(path.read_text()) for name, path in record_files().items()
}

# The code of these pages always runs. That of the others takes turns.
FIRST_PAGES = [ROOT / "README.md", ROOT / "docs" / "index.md"]
UNITS = ("nats", "bits_per_dim", "nats_per_step", "nats_per_token")

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page, language):
    found = _BLOCK.findall(page.read_text())
    return [code for kind, code in found if kind == language]


def named(page, marks=()):
    return pytest.param(page, id=str(page.relative_to(ROOT)), marks=marks)


def with_code():
    """Yields the pages with code; all but the first ones take turns."""
    for page in PAGES:
        if blocks(page, "python"):
            is_first = page in FIRST_PAGES
            yield named(page, [] if is_first else [pytest.mark.takes_turns])


@pytest.fixture
def short_training(monkeypatch):
    fit, evaluate = LikelihoodModel.fit, LikelihoodModel.evaluate

    def short_fit(self, *args, **options):
        # Two steps take less time than their graph.
        self.run_eagerly = True
        options |= {"epochs": 1, "steps_per_epoch": 2, "verbose": 0}
        if "validation_data" in options:
            options["validation_steps"] = 1
        return fit(self, *args, **options)

    def short_evaluate(self, *args, **options):
        self.run_eagerly = True
        return evaluate(self, *args, **{**options, "steps": 1, "verbose": 0})

    monkeypatch.setattr(LikelihoodModel, "fit", short_fit)
    monkeypatch.setattr(LikelihoodModel, "evaluate", short_evaluate)
    # Where the package is not installed these lie beside it.
    monkeypatch.setattr(tf_autoregressive, "trainers", trainers, raising=False)
    monkeypatch.setattr(tf_autoregressive, "export", export, raising=False)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Your input ran out of data:UserWarning")
@pytest.mark.parametrize("page", list(with_code()))
def test_the_python_blocks_of_a_page_run(
    page, short_training, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "page"}
    for number, code in enumerate(blocks(page, "python")):
        name = f"<{page.name}, block {number + 1}>"
        exec(compile(code, name, "exec"), namespace)
    plt.close("all")


def commands(page):
    """Yields the arguments of every `tfar` command of a page."""
    for code in blocks(page, "console"):
        for line in code.replace("\\\n", " ").splitlines():
            _, called, rest = line.partition("tfar ")
            if called:
                yield shlex.split(rest, comments=True)


@pytest.mark.parametrize("page", [named(page) for page in TEXTS])
def test_commands_and_recipes_exist(page):
    for arguments in commands(page):
        parsed = cli.parser().parse_args(arguments)
        find = names.named if getattr(parsed, "data", None) else recipes.find
        for name in getattr(parsed, "recipes", []):
            # A name in capitals is the reader's own.
            assert name.isupper() or find(name)


@pytest.mark.parametrize("page", [named(page) for page in TEXTS])
def test_links_within_the_project_lead_somewhere(page):
    prose = _BLOCK.sub("", page.read_text())
    for target in re.findall(r"\]\(([^)#\s]+)", prose):
        is_drawn = "figures/" in target
        if not (target.startswith("http") or is_drawn):
            assert (page.parent / target).exists(), target


def test_numbers_in_tables_of_results_are_the_recorded_ones():
    rows = re.findall(
        r"^\| `(\w+)`[^|]*\| ([\d.]+) ", PAGES[0].read_text(), re.MULTILINE
    )
    shown = {name: value for name, value in rows if name in RESULTS}
    assert shown
    for name, value in shown.items():
        test = RESULTS[name]["test"]
        units = [test[unit] for unit in UNITS if test.get(unit) is not None]
        assert value in [f"{measured:.2f}" for measured in units]


def test_every_trained_model_has_its_page_in_the_site():
    nav = (ROOT / "mkdocs.yml").read_text()
    pages = re.findall(r"- trained/(\w+)/index\.md", nav)
    assert pages == [*trained.names()]


@pytest.mark.parametrize(
    "page", [named(page) for page in PAGES if page.parent.name == "models"]
)
def test_the_page_of_a_model_teaches_it(page):
    text = page.read_text()
    titles = ["The idea", "When to choose it", "Use", "Results", "Read on"]
    places = [text.index(f"\n## {title}\n") for title in titles]
    assert places == sorted(places)
    assert "figures/" in text
    idea = text[places[0] : places[1]]
    assert "$$" in idea


def test_every_model_has_a_page_and_every_page_is_in_the_site():
    nav = (ROOT / "mkdocs.yml").read_text()
    for page in PAGES[1:]:
        assert f"- {page.relative_to(ROOT / 'docs').as_posix()}\n" in nav
    pages = "".join(page.read_text() for page in PAGES[1:])
    for name in tf_autoregressive.models.__all__:
        assert f"::: tf_autoregressive.models.{name}\n" in pages
    choosing = (ROOT / "docs" / "guides" / "choosing.md").read_text()
    for page in (ROOT / "docs" / "models").glob("*.md"):
        assert f"(../models/{page.name})" in choosing
    drawn = set(re.findall(r"figures/(\w+)\.png", pages))
    figures = (ROOT / "docs" / "figures.py").read_text()
    assert drawn == set(re.findall(r'^    "(\w+)": ', figures, re.MULTILINE))
