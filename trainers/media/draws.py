"""Samples and completions of a trained model, and the files of them."""

import pathlib

import numpy as np

from tf_autoregressive import plots
from tf_autoregressive.sampling import SamplingOptions

from ..errors import UsageError
from ..errors import usage_errors
from ..files import check_directory
from ..files import replacing
from . import texts
from .sounds import save_wav

_NUM_COMPLETIONS = 6


def draw_samples(
    model, num: int, *, seed: int, contexts=None, steps=None, **options
):
    """Returns `num` samples as a NumPy array `[num, *event_shape]`.

    Args:
        model: The model.
        num: Number of samples.
        seed: Seed of the samples.
        contexts: `(example, context)` pairs, unbatched, whose contexts the
            samples get; `None` for a model without.
        steps: Length of the samples, for a model of sequences; `None` for that
            of an event.
        **options: Passed to the model's `sample`, or `generate`.
    """
    context = None if contexts is None else spread(contexts, num)[1]
    options = {"seed": seed, "context": context, **options}
    if steps is None:
        return np.asarray(model.sample(num, **options))
    return np.asarray(model.generate(num, steps, **options))


def check_options(model, **options):
    """Checks the sampling options against the model's output distribution.

    Args:
        model: The model.
        **options: Numbers or `None`, by the names of the options.

    Raises:
        UsageError: If one is out of range, or not for the model's outputs.
    """
    with usage_errors():
        SamplingOptions.checked(**options).check_offered_by(
            model.output_distribution
        )


def draw_completions(model, examples, num: int, known, *, seed: int):
    """Completes `num` examples, each of them several times.

    Args:
        model: The model.
        examples: Unbatched examples, with contexts for a model with.
        num: Number of examples.
        known: bool `event_shape`, the dimensions that the model is told.
        seed: Seed of the completions.

    Returns:
        originals: `[num, *event_shape]`.
        completed: `[num, 6, *event_shape]`.
    """
    originals, context = spread(examples, num)
    repeated = np.repeat(originals, _NUM_COMPLETIONS, axis=0)
    if context is not None:
        context = np.repeat(context, _NUM_COMPLETIONS, axis=0)
    completed = model.complete(repeated, known, seed=seed, context=context)
    shape = (num, _NUM_COMPLETIONS, *originals.shape[1:])
    return originals, np.reshape(completed, shape)


def known_too_late(model, known) -> bool:
    """Returns whether all that is known comes after all that is drawn."""
    if model.any_order:
        return False
    in_order = np.ravel(known)[model.ordering]
    # In each order, all positions after a known one must be known.
    return known.any() and np.all(np.diff(in_order.astype(int), axis=-1) >= 0)


def form_of(model, rate: int | None = None) -> str | None:
    """Returns the suffix of files in which people see or hear draws.

    Args:
        model: The model.
        rate: Samples a second of sound.

    Returns: The suffix, or `None` for draws that are numbers alone.
    """
    if texts.vocabulary(model) is not None:
        return ".txt"
    if rate is not None:
        return ".wav"
    return ".png" if plots.is_image_shape(model.event_shape) else None


def check_file(path: pathlib.Path, form: str | None):
    """Checks that draws can go into a file of this name.

    Args:
        path: The file.
        form: The suffix that `form_of` returns for the model.

    Raises:
        UsageError: If the name ends neither in `.npz` nor in `form`, or its
            directory does not exist.
    """
    allowed = [suffix for suffix in (form, ".npz") if suffix]
    if path.suffix not in allowed:
        raise UsageError(
            f"Draws of this model go into a file that ends in "
            f"{' or '.join(allowed)}. Received: {path}"
        )
    check_directory(path)


def save_samples(
    path: pathlib.Path,
    samples: np.ndarray,
    num_levels: int,
    rate: int | None = None,
):
    """Saves samples as a grid, as sound, or to a `.npz` file as they are."""
    with replacing(path) as temporary:
        if path.suffix == ".npz":
            np.savez_compressed(temporary, samples=samples)
        elif path.suffix == ".wav":
            save_wav(temporary, samples, num_levels, rate)
        else:
            plots.save_image_grid(temporary, samples, num_levels=num_levels)


def save_completions(
    path, originals, known, completed, model, rate: int | None = None
):
    """Saves originals, their known parts and completions in the same way.

    In text and sound each original is followed by its completions.
    """
    if path.suffix == ".txt":
        return texts.save_completions(path, originals, completed, model)
    with replacing(path) as temporary:
        if path.suffix == ".npz":
            np.savez_compressed(
                temporary, originals=originals, known=known, completed=completed
            )
        elif path.suffix == ".wav":
            each = np.concatenate([originals[:, None], completed], axis=1)
            signals = each.reshape(-1, each.shape[-1])
            save_wav(temporary, signals, model.num_levels, rate)
        else:
            plots.save_completions(
                temporary,
                originals,
                known,
                completed,
                num_levels=model.num_levels,
            )


def spread(examples, num: int):
    """Returns examples and contexts (`None` if there are none) of a split.

    They are spread over the whole split, which may be sorted by class.

    Args:
        examples: Unbatched examples of known number.
        num: How many to return.

    Raises:
        UsageError: If there are fewer.
    """
    count = int(examples.cardinality())
    if num > count:
        raise UsageError(
            f"There are only {count} examples to draw for. Received: {num}"
        )
    chosen = examples.shard(count // num, 0).batch(num).take(1)
    batch = next(chosen.as_numpy_iterator())
    return batch if isinstance(batch, tuple) else (batch, None)
