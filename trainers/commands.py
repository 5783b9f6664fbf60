"""What the subcommands of `tfar` do.

TensorFlow and what imports it are imported inside the functions: the library
takes seconds to load, the list of recipes should not.
"""

import argparse
import pathlib
import sys

from tf_autoregressive.sampling_options import OPTIONS

from . import choosing
from . import recipes
from .errors import UsageError
from .files import output_file
from .files import replacing
from .media.known import known_positions
from .own_data import Places
from .recipe import Recipe
from .reports import comparison
from .reports import results_table
from .reports.summary import score_text
from .reports.summary import summary
from .reports.table import aligned
from .tensorflow_log import import_tensorflow
from .training.run_directory import RunDirectory


def train(arguments: argparse.Namespace):
    """Train recipes, or continue where training was interrupted."""
    chosen = choosing.chosen(arguments)
    if arguments.run_dir and len(chosen.recipes) > 1:
        raise UsageError(
            "--run-dir is for one recipe. Received: "
            + ", ".join(recipe.name for recipe in chosen.recipes)
        )
    for recipe in chosen.recipes:
        _train_one(recipe, chosen, arguments)


def evaluate(arguments: argparse.Namespace):
    """Score a finished run's model on a split of its data."""
    directory = RunDirectory(arguments.run)
    recipe, model = directory.recipe(), directory.load_model()
    from .training import scores

    data = _load_data(directory, recipe, arguments)
    examples = getattr(data, arguments.split)
    score = scores.score(model, examples, recipe.evaluation_batch_size)
    print(
        f"{directory.path}: {score_text(score)} on "
        f"{score['examples']:,} {arguments.split} examples"
    )


def sample(arguments: argparse.Namespace):
    """Draw samples from a finished run's model."""
    directory = RunDirectory(arguments.run)
    recipe, model = directory.recipe(), directory.load_model()
    from .media import draws
    from .media import texts

    texts.check_options(model, arguments)
    draws.check_options(model, **_options(arguments))
    if texts.vocabulary(model) is not None:
        return _sample_texts(model, directory, arguments)
    rate = directory.read_result()["data"].get("rate")
    files = _files_to_write(arguments, directory, "samples", model, rate)
    contexts = None
    if recipe.is_conditional:
        contexts = _load_data(directory, recipe, arguments).test
    samples = draws.draw_samples(
        model,
        arguments.num,
        seed=arguments.seed,
        contexts=contexts,
        steps=arguments.steps,
        **_options(arguments),
    )
    for path in files:
        draws.save_samples(path, samples, model.num_levels, rate)
        print(path)


def complete(arguments: argparse.Namespace):
    """Complete test examples of which a finished run's model knows a part."""
    directory = RunDirectory(arguments.run)
    recipe, model = directory.recipe(), directory.load_model()
    from .media import draws

    rate = directory.read_result()["data"].get("rate")
    files = _files_to_write(
        arguments, directory, f"completions-{arguments.known}", model, rate
    )
    known = known_positions(
        arguments.known, model.event_shape, seed=arguments.seed
    )
    if draws.known_too_late(model, known):
        print(
            f"The model draws what is known ({arguments.known}) last: what it "
            "completes does not depend on it."
        )
    originals, completed = draws.draw_completions(
        model,
        _load_data(directory, recipe, arguments).test,
        arguments.num,
        known,
        seed=arguments.seed,
    )
    for path in files:
        draws.save_completions(path, originals, known, completed, model, rate)
        print(path)


def inspect(arguments: argparse.Namespace) -> int:
    """Show what a finished run's model sees of an event, position by position.

    Returns:
        1 if a position sees what it must not: itself, or what is drawn later.
    """
    directory = RunDirectory(arguments.run)
    # For its message, if there is no run.
    directory.recipe()
    path = output_file(arguments.out or directory.dependencies, ".png")
    model = directory.load_model()
    from .reports import inspection

    positions = inspection.chosen_positions(
        model.site_shape, arguments.positions, everything=arguments.all
    )
    found = inspection.find(model, positions, seed=arguments.seed)
    # First: of a long search, the report must not wait for the picture.
    print(inspection.report(found))
    inspection.save_picture(path, found)
    print(path)
    return int(found.leaks.any())


def show(arguments: argparse.Namespace):
    """Draw a picture of what a finished run's model learned."""
    directory = RunDirectory(arguments.run)
    recipe = directory.recipe()
    path = directory.path / f"{arguments.kind}.png"
    path = output_file(arguments.out or path, ".png")
    model = directory.load_model()
    from .media import pictures

    picture = pictures.png(
        arguments.kind,
        model,
        lambda: _load_data(directory, recipe, arguments),
        seed=arguments.seed,
    )
    with replacing(path) as temporary:
        temporary.write_bytes(picture)
    print(path)


def list_recipes(arguments: argparse.Namespace):
    """List the recipes with their published and measured results."""
    columns = ("name", "model", "dataset", "published", "measured", "cost")
    families = recipes.families()
    rows = [columns]
    for family in families.values():
        rows += [[getattr(recipe, c) for c in columns] for recipe in family]
    print(aligned(rows))
    several = [name for name, family in families.items() if len(family) > 1]
    print(f"families, which stand for all of theirs: {', '.join(several)}")


def compare(arguments: argparse.Namespace):
    """Compare runs: their learning curves and their results."""
    path = output_file(arguments.out, ".png")
    directories = list(map(RunDirectory, arguments.runs))
    print(comparison.table(directories))
    comparison.save_curves(path, directories)
    print(path)


def write_results(arguments: argparse.Namespace):
    """Write the table of recorded results into the trainers' README.md."""
    results_table.update()
    print(results_table.README)


def _train_one(recipe: Recipe, chosen: choosing.Chosen, arguments):
    directory = RunDirectory(arguments.run_dir or f"runs/{recipe.name}")
    if chosen.dataset is not None and directory.exists():
        directory.check_same_data(chosen.dataset.info.sha256)
    # Before TensorFlow is loaded: this needs none.
    result = directory.finished_result(recipe)
    if result:
        print(f"{directory.path} holds this run, finished.")
    else:
        print(f"{recipe.name}: training in {directory.path}")
        import_tensorflow()
        from .training.run import run

        result = run(
            recipe,
            directory,
            data_dir=chosen.data_dir,
            data=chosen.data_of(recipe),
            strategy=arguments.strategy,
            # A progress bar is for people; a log gets one line an epoch.
            verbose=1 if sys.stdout.isatty() else 2,
            callbacks=_watching(recipe, directory, chosen.data_dir, arguments),
        )
    print(summary(directory, result))


def _watching(recipe, directory, data_dir, arguments):
    """Returns the callbacks that show more of a run."""
    from .training.profiling import Profile
    from .training.tensorboard import GradientNorm
    from .training.tensorboard import RunBoard

    callbacks = []
    if arguments.gradient_norm:
        callbacks.append(GradientNorm())
    path = directory.path / "tensorboard"
    if arguments.tensorboard:
        callbacks.append(RunBoard(path, recipe, data_dir))
    if arguments.profile:
        callbacks.append(Profile(path))
    return tuple(callbacks)


def _files_to_write(arguments, directory, what: str, model, rate):
    """Returns the path of --out, or by default paths in the run's directory."""
    from .media import draws

    form = draws.form_of(model, rate)
    if arguments.out:
        path = pathlib.Path(arguments.out)
        draws.check_file(path, form)
        return [path]
    path = directory.path / f"{what}-seed-{arguments.seed}.npz"
    return [path.with_suffix(form), path] if form else [path]


def _options(arguments: argparse.Namespace) -> dict:
    """Returns how the draws depart from the model's own distribution."""
    return {name: getattr(arguments, name) for name in OPTIONS}


def _sample_texts(model, directory: RunDirectory, arguments):
    from .media import texts

    path = directory.path / f"samples-seed-{arguments.seed}.txt"
    path = pathlib.Path(arguments.out or path)
    texts.check_file(path)
    steps = arguments.steps or model.event_shape[0]
    options = {
        "prime": arguments.prime or "",
        "seed": arguments.seed,
        **_options(arguments),
    }
    if arguments.stream:
        texts.print_as_drawn(model, steps, **options)
        return
    drawn = texts.draw_texts(model, arguments.num, steps, **options)
    texts.save_texts(path, drawn)
    print(path)


def _load_data(directory: RunDirectory, recipe: Recipe, arguments):
    """Returns the data of a run, from where it was or is said to be now."""
    from . import data

    place = directory.data_dir()
    if isinstance(place, Places):
        place = place.moved(
            data=arguments.data_dir,
            validation=arguments.validation,
            test=arguments.test,
        )
    elif arguments.data_dir:
        place = arguments.data_dir
    loaded = data.load(recipe, place)
    directory.check_same_data(loaded.info.sha256)
    return loaded
