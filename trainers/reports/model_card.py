"""The card of a trained model, as a page for people.

It is the README.md of the model's folder, which hubs show, and a page of the
documentation.
"""

import json
import pathlib

from tf_autoregressive import plots
from tf_autoregressive import trained
from tf_autoregressive.models import AutoregressiveModel
from tf_autoregressive.trained import hub

from ..data import Data
from ..files import replacing
from ..files import write_text
from ..media import medium_of
from ..recipe import Recipe
from ..training.run_directory import RunDirectory
from .summary import score_text

# Characters of a text that a card shows.
_SHOWN = 1000


def write(
    folder: pathlib.Path,
    model: AutoregressiveModel,
    recipe: Recipe,
    splits: Data,
    name: str,
) -> None:
    """Writes the page and its pictures into the folder of a trained model.

    The draws are those of the recipe's seed, and none is selected.

    Args:
        folder: The folder, which has its card and its record.
        model: The model.
        recipe: Its recipe.
        splits: The `Data` that it was trained on.
        name: The name that `tf_autoregressive.models.load` knows it by.
    """
    pictures = RunDirectory(folder)
    medium = medium_of(model, splits.info.rate, splits.info.table)
    medium.save_draws(pictures, splits, recipe.seed)
    result = trained.record(folder)
    _save_curve(pictures.learning_curve, result)
    drawn = _draws(pictures, recipe, medium.caption)
    page = [
        _head(recipe),
        _use(name),
        _facts(recipe, result, splits.info, trained.card(folder)),
        *drawn,
        _limits(recipe, result),
    ]
    write_text(folder / "README.md", "\n\n".join(page) + "\n")


def _save_curve(path, result):
    """Draws the learning curve, where the record has one of several epochs."""
    rows = result.get("learning_curve", [])
    if len(rows) < 2:
        return
    epochs = [row["epoch"] for row in rows]
    curves = {
        name: (epochs, [row[f"{name}_nats"] for row in rows])
        for name in ("train", "validation")
    }
    with replacing(path) as temporary:
        plots.save_learning_curves(temporary, curves)


def _head(recipe) -> str:
    tags = ["tf_autoregressive", recipe.model]
    return "\n".join(
        [
            "---",
            "library_name: keras",
            f"tags: {json.dumps(tags)}",
            "---",
            "",
            f"# {recipe.name}",
            "",
            f"This is a trained `{recipe.model}` ({recipe.paper}) for "
            f"`{recipe.dataset}`. The recipe of the same name trained it.",
        ]
    )


def _use(name) -> str:
    after = "It comes with the package."
    if name.startswith(hub.PREFIX):
        after = (
            "The owner of the repository takes the place of `OWNER`, and "
            "`tf_autoregressive[hub]` has to be installed. After `import "
            "tf_autoregressive.models`, `keras.saving.load_model` knows this "
            "name too."
        )
    load = f'model = tfar.models.load("{name}")'
    code = f"import tf_autoregressive as tfar\n\n{load}"
    return f"```python\n{code}\n```\n\n{after}"


def _facts(recipe, result, info, card) -> str:
    sizes = ", ".join(
        f"{number:,} {split}" for split, number in info.split_sizes.items()
    )
    versions = ", ".join(
        f"{name} {version}" for name, version in result["versions"].items()
    )
    test = result["test"]
    facts = {
        "data": info.source,
        "licence of the data": info.licence,
        "split": sizes,
        "binarization": info.binarization,
        "test": f"{score_text(test)} on {test['examples']:,} test examples",
        "published": str(recipe.published),
        "fixed test examples": f"{card.fixed_test['nats']:.4f} nats, mean of "
        f"{card.fixed_test['examples']:,}",
        "weights": f"{result['num_parameters']:,}, {result['weights']}",
        "cost": f"{result['train_seconds']:,.0f} s of training, "
        f"{result['steps']:,} steps, epochs: {result['epochs']}, cores: "
        f"{result['machine']['cores']}",
        "epoch": f"{result['best_epoch']}, which validation chose",
        "seed": str(result["seed"]),
        "versions": versions,
    }
    rows = [f"| {name} | {value} |" for name, value in facts.items()]
    rows = ["| | |", "| --- | --- |", *rows]
    error = "The number after ± is the standard error of the mean."
    return "\n".join([*rows, "", error])


def _draws(files: RunDirectory, recipe: Recipe, caption: str) -> list[str]:
    """Returns the sections of what the folder shows."""
    samples = f"They were drawn with seed {recipe.seed}, and none is selected."
    samples = f"{samples} {caption}".rstrip()
    sections = []
    if files.samples.exists():
        picture = f"![Samples]({files.samples.name})"
        sections.append(f"## Samples\n\n{samples}\n\n{picture}")
    if files.texts.exists():
        text = files.texts.read_text(encoding="utf-8")[:_SHOWN].rstrip()
        sections.append(f"## Samples\n\n{samples}\n\n```text\n{text}\n```")
    if files.completions.exists():
        sections.append(
            "## Completions\n\nThe upper half of test images is known. Each "
            "row has the image, what the model is told, and what it draws.\n\n"
            f"![Completions]({files.completions.name})"
        )
    if files.learning_curve.exists():
        picture = f"![Learning curve]({files.learning_curve.name})"
        sections.append(f"## Learning curve\n\n{picture}")
    return sections


def _limits(recipe, result) -> str:
    limits = [
        f"It knows the events of `{recipe.dataset}` and nothing else: other "
        "data get a low probability, however ordinary they are.",
        "Its nats compare only with those on the same data, the same split and "
        "the same binarization.",
    ]
    if result["stopped_by"] == "max_seconds" or recipe.paced:
        limits.append(
            "A limit of time ended its training. Longer training gives a "
            "better model."
        )
    if recipe.precision != "float32":
        limits.append(
            f"It computes in {recipe.precision}: two machines may differ in "
            "the last digits that it can hold."
        )
    return "## Limits\n\n" + "\n".join(f"- {limit}" for limit in limits)
