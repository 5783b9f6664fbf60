"""The data of a recipe, whose random parts depend on the step."""

import dataclasses
from collections.abc import Callable

import numpy as np
import tensorflow as tf

import tf_autoregressive as tfar

from . import own_data
from .errors import UsageError
from .own_data import Places
from .recipe import Recipe


@dataclasses.dataclass(frozen=True)
class Data:
    """The three splits of a dataset.

    Attributes:
        train: Training examples, before anything random is done to them.
        draw: A function of a batch and a stateless seed `[2]` that makes the
            batch to train on, or `None` where nothing is random.
        validation: Validation examples.
        test: Test examples.
        info: The dataset's `DatasetInfo`.
    """

    train: tf.data.Dataset
    draw: Callable | None
    validation: tf.data.Dataset
    test: tf.data.Dataset
    info: tfar.datasets.DatasetInfo

    @classmethod
    def of(cls, dataset: tfar.datasets.Dataset, recipe: Recipe) -> "Data":
        """Returns the data of a recipe, from a dataset without randomness."""
        return cls(
            dataset.train,
            None,
            fixed_choice(dataset.validation, recipe.validation_examples),
            fixed_choice(dataset.test, recipe.test_examples),
            dataset.info,
        )


def fixed_choice(
    examples: tf.data.Dataset, number: int | None
) -> tf.data.Dataset:
    """Returns a random choice of examples, the same ones every time.

    They are the first entries of a permutation by NumPy's `default_rng(0)`, in
    the order of the split. Test splits are sorted by class, so the first
    examples would not do.

    Args:
        examples: Unbatched examples.
        number: Number of the chosen ones; `None` for all examples, which are
            also returned where there are no more.
    """
    count = int(examples.cardinality())
    if number is None or number >= count:
        return examples
    chosen = np.random.default_rng(0).permutation(count)[:number]
    whole = examples.batch(count).get_single_element()
    some = tf.nest.map_structure(lambda x: tf.gather(x, np.sort(chosen)), whole)
    return tf.data.Dataset.from_tensor_slices(some)


def load(recipe: Recipe, data_dir: str | Places | None = None) -> Data:
    """Loads the recipe's dataset.

    Under dynamic binarization the library draws training examples anew in
    every pass, from a state that cannot be resumed. Here they stay grey, and
    `draw` binarizes each batch.

    Raises:
        UsageError: If it cannot be loaded or lacks one of the three splits.
    """
    options = dict(recipe.dataset_options)
    splits = _load(recipe.dataset, data_dir, options)
    data = Data.of(splits, recipe)
    if options.pop("binarization", None) != "dynamic":
        return data
    grey = _load(recipe.dataset, data_dir, options)
    draw = _binarization(grey.info.num_levels)
    return dataclasses.replace(data, train=grey.train, draw=draw)


def _load(name, data_dir, options):
    if name == own_data.NAME:
        if not isinstance(data_dir, own_data.Places):
            raise UsageError("The recipe is for your own data: say --data.")
        return own_data.load(data_dir, options)
    try:
        splits = tfar.datasets.load(name, data_dir=data_dir, **options)
    except (OSError, OverflowError, TypeError, ValueError) as error:
        raise UsageError(f"Dataset {name!r}: {error}") from error
    for split in ("train", "validation", "test"):
        if getattr(splits, split) is None:
            raise UsageError(
                f"Dataset {name!r} has no {split} split; training needs all "
                "three."
            )
    return splits


def _binarization(num_levels: int):
    """Returns `draw` for grey levels in `[0, num_levels)`."""

    def draw(batch, seed):
        x, *labels = batch if isinstance(batch, tuple) else (batch,)
        x = tfar.datasets.draw_bits(x, seed, num_levels=num_levels)
        return (x, *labels) if labels else x

    return draw
