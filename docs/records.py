"""Tables of the pages from the records of runs, in the place of their marks.

`<!-- results: MODEL -->` becomes the recorded results of a model,
`<!-- results -->` a ranking for every data set, `<!-- score: RECIPE -->` the
score of one run, and `<!-- not run -->` the recipes without a record.
`<!-- headline -->` says how many published figures were reached.
`<!-- samples: NAME -->` shows those of a trained model of the package, and
`<!-- trained models -->` is a table that leads to their pages. Marks of the
roofline are in `roofline.py`.
"""

import collections
import pathlib
import re

from markdown.extensions import toc

from docs import roofline
from tf_autoregressive import trained
from tf_autoregressive.trainers import recipes
from tf_autoregressive.trainers.published import Published
from tf_autoregressive.trainers.published import usual_unit
from tf_autoregressive.trainers.reports import records
from tf_autoregressive.trainers.reports import table

_TITLES = {
    "binarized_mnist": "Binarized MNIST, the fixed set",
    "cifar10": "CIFAR-10",
    "jsb_chorales": "Bach's chorales (JSB)",
    "nottingham": "Nottingham folk tunes",
    "tiny_shakespeare": "Tiny Shakespeare",
    "spoken_digits": "Spoken digits at 8 kHz",
    "adult": "Adult, binary",
    "connect4": "Connect-4, binary",
    "dna": "DNA, binary",
    "mushrooms": "Mushrooms, binary",
    "nips_0_12": "NIPS 0-12, binary",
    "ocr_letters": "OCR letters, binary",
    "caltech101_silhouettes": "Caltech 101 silhouettes, binary",
    "red_wine": "Red wine, real values",
    "white_wine": "White wine, real values",
    "parkinsons": "Parkinsons, real values",
    "ionosphere": "Ionosphere, real values",
}
# The lines of a text that are shown of its samples.
_MOST_LINES = 16
_COLUMNS = ("measured", "unit", "published", "verdict", "cost")
_MARK = re.compile(
    r"<!-- (results|score|samples|not run|headline|trained models|roofline)"
    r"(?:: (\w+))? -->"
)
_MODELS = pathlib.Path(__file__).parent / "models"


def filled_in(text: str, root: str) -> str:
    """Returns the text of a page with tables in the place of its marks.

    Args:
        text: The text of the page.
        root: The way from the page's folder to the first page, such as "../".
    """
    writers = {
        "results": lambda: _rankings(root),
        "not run": _not_run,
        "headline": _headline,
        "trained models": lambda: _trained_models(root),
    }

    def written(found):
        kind, name = found.groups()
        if name is None:
            return writers[kind]()
        if kind == "roofline":
            return roofline.WRITERS[name]()
        if kind == "samples":
            return _samples(name, root)
        return _of_run(name, root) if kind == "score" else _of_model(name)

    return _MARK.sub(written, text)


def compared() -> list[tuple[str, float, float]]:
    """Returns recipes with what they measured, in percent of what is published.

    An entry has the name, by how much the measured score is above the published
    figure, and half the width of that figure's interval.
    """
    found = []
    for recipe, result in _runs():
        published = recipe.published
        if isinstance(published, Published):
            percent = 100.0 / published.value
            difference = published.difference(result["test"])
            half_width = published.interval or 0.0
            found.append(
                (recipe.name, percent * difference, percent * half_width)
            )
    return found


def _runs(*, recorded=True):
    """Returns recipes with their results, or those that have none."""
    families = recipes.families().values()
    every = [recipe for family in families for recipe in family]
    found = [(recipe, records.recorded(recipe)) for recipe in every]
    return [(r, result) for r, result in found if bool(result) == recorded]


def _rankings(root):
    """Returns a table for every data set, its best result first."""
    of_data = collections.defaultdict(list)
    for run in _runs():
        of_data[run[0].dataset].append(run)
    pages = _pages()
    parts = []
    for data in sorted(of_data, key=_place):
        runs = sorted(of_data[data], key=lambda run: _score(*run)[0])
        most = max(result["test"]["examples"] for _, result in runs)
        rows = [
            [
                f"[{recipe.model}]({root}models/{pages[recipe.model]}.md)"
                f"<br>{_small(recipe)}",
                *_cells(recipe, result, most),
            ]
            for recipe, result in runs
        ]
        parts += [f"## {_title(data)}", _table("model and recipe", rows)]
    return "\n\n".join(parts)


def _title(data):
    """Returns the heading of a data set: its name, if it has no other."""
    return _TITLES.get(data, data.replace("_", " "))


def _place(data):
    """Returns the place of a data set; those without a heading are last."""
    titles = list(_TITLES)
    return titles.index(data) if data in titles else len(titles)


def _of_model(model):
    """Returns a line for every result of a model."""
    if model not in _pages():
        raise ValueError(
            f"There is no page of a model {model!r} to show results of."
        )
    runs = [run for run in _runs() if run[0].model == model]
    if not runs:
        return "No recorded run has trained this model yet."
    rows = [
        [
            f"{_title(recipe.dataset)}<br>{_small(recipe)}",
            *_cells(recipe, result, result["test"]["examples"]),
        ]
        for recipe, result in runs
    ]
    return _table("data and recipe", rows)


def _of_run(name, root):
    """Returns the score of a run, as a link to the ranking."""
    (recipe,) = recipes.find(name)
    score, unit, *_ = _cells(recipe, records.recorded(recipe), 0)
    anchor = toc.slugify(_title(recipe.dataset), "-")
    return f"[{score} {unit}]({root}results.md#{anchor})"


def _small(recipe):
    """Returns a recipe's name, which a narrow column breaks at `_`."""
    name = recipe.name.replace("_", "_<wbr>")
    return f"<small><code>{name}</code></small>"


def _score(recipe, result):
    """Returns the score of a result, and its unit."""
    test = result["test"]
    if isinstance(recipe.published, Published):
        unit = recipe.published.unit
    else:
        unit = usual_unit(test)
    return test[unit], unit


def _cells(recipe, result, examples):
    """Returns the cells of `_COLUMNS`, and fewer test examples than usual."""
    score, unit = _score(recipe, result)
    test, published = result["test"], recipe.published
    # Of texts, differences are in the third decimal.
    measured = f"{score:.3f}" if unit == "nats_per_token" else f"{score:.2f}"
    if unit == "nats":
        measured += f" ± {test['standard_error']:.2f}"
    if test["examples"] < examples:
        measured += f"<br><small>{test['examples']:,} test examples</small>"
    verdict = "-"
    if isinstance(published, Published):
        verdict = published.verdict(test)
        value = f"{published.value:.2f}"
        if published.interval is not None:
            value += f" ± {published.interval:.2f}"
        published = f"{value}<br><small>{published.source}</small>"
    cost = (
        f"{result['train_seconds']:,.0f} s<br>"
        f"<small>{result['num_parameters']:,} weights</small>"
    )
    return measured, unit.replace("_per_", "/"), published, verdict, cost


def _table(first, rows):
    """Returns a table of results, which the style of the site knows."""
    written = table.markdown([[first, *_COLUMNS], *rows])
    return f'<div class="results" markdown>\n\n{written}\n\n</div>'


def _not_run():
    """Returns the recipes that have no record."""
    return "\n".join(
        f"- `{recipe.name}`: {recipe.model}; published: {recipe.published}"
        for recipe, _ in _runs(recorded=False)
    )


def _headline():
    """Returns a sentence on how many published figures were reached."""
    verdicts = [
        recipe.published.verdict(result["test"])
        for recipe, result in _runs()
        if isinstance(recipe.published, Published)
        and recipe.published.is_checked
    ]
    beaten, within = verdicts.count("beaten"), verdicts.count("within")
    return (
        f"Of {len(verdicts)} recorded runs with a published figure beside "
        f"them, **{beaten} are better than it, {within} lie within its "
        f"interval** and {len(verdicts) - beaten - within} miss it."
    )


def _trained_models(root):
    rows = [["model", "data", "test nats", "size"]]
    for name in trained.names():
        folder = trained.folder(name)
        result = trained.record(folder)
        nats, error = (result["test"][k] for k in ("nats", "standard_error"))
        link = f"[{name}]({root}trained/{name}/index.md)"
        size = f"{trained.size(folder) / 1e6:.1f} MB"
        data = result["data"]["name"]
        rows.append([link, data, f"{nats:.2f} ± {error:.2f}", size])
    return table.markdown(rows)


def _samples(name, root):
    """Returns the samples of a trained model of the package."""
    if name not in trained.names():
        raise ValueError(f"No trained model {name!r} comes with the package.")
    page = f"{root}trained/{name}"
    text = trained.folder(name) / "samples.txt"
    if text.exists():
        lines = text.read_text(encoding="utf-8").splitlines()[:_MOST_LINES]
        shown = "\n".join(["```text", *lines, "```"])
    else:
        shown = f"![Samples of {name}]({page}/samples.png)"
    return (
        f"{shown}\n\nThe trained model [{name}]({page}/index.md) has drawn it "
        "with seed 0, and none was selected."
    )


def _pages():
    """Returns the name of every model's page."""
    return {
        name: page.stem
        for page in _MODELS.glob("*.md")
        for name in re.findall(
            r"^::: tf_autoregressive\.models\.(\w+)$",
            page.read_text(encoding="utf-8"),
            re.MULTILINE,
        )
    }
