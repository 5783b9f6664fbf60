"""Samples and completions of a trained model."""

from typing import Any

import numpy as np

from ..errors import UsageError
from ..errors import usage_errors

_NUM_COMPLETIONS = 6


def draw_samples(
    model: Any,
    num: int,
    *,
    seed: int,
    contexts: Any = None,
    steps: int | None = None,
    **options: Any,
) -> np.ndarray:
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


def check_options(model: Any, **options: Any) -> None:
    """Checks the sampling options against what the model offers.

    Args:
        model: The model.
        **options: Numbers or `None`, by the names of the options.

    Raises:
        UsageError: If one is out of range, or not for the model's outputs.
    """
    # This is imported late, because it imports TensorFlow.
    from tf_autoregressive.sampling import SamplingOptions

    with usage_errors():
        SamplingOptions.checked(**options).check_offered_by(model)


def draw_completions(
    model: Any, examples: Any, num: int, known: np.ndarray, *, seed: int
) -> tuple[np.ndarray, np.ndarray]:
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


def known_too_late(model: Any, known: np.ndarray) -> bool:
    """Returns whether all that is known comes after all that is drawn."""
    if model.any_order:
        return False
    in_order = np.ravel(known)[model.ordering]
    # In each order, all positions after a known one must be known.
    is_last = np.all(np.diff(in_order.astype(int), axis=-1) >= 0)
    return bool(known.any() and is_last)


def spread(examples: Any, num: int) -> tuple[np.ndarray, np.ndarray | None]:
    """Returns examples and contexts (`None` if there are none) of a split.

    They are spread over the whole split, which may be sorted by class.

    Args:
        examples: Unbatched examples of known number.
        num: Number of examples to return.

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
