"""The training step of every recipe becomes one XLA program of fixed shapes.

Which is what a TPU needs; compiling it is tested for the models of the zoo.
"""

import re

import numpy as np
import pytest
import tensorflow as tf

from tf_autoregressive.datasets import DatasetInfo
from trainers import recipes
from trainers.data import Data
from trainers.training.build import compiled_model

BATCH_SIZE = 4
IMAGES = {"binarized_mnist": 2, "mnist": 256, "cifar10": 256}
SYMBOLS = "abcdefg"

# Options are cut to these sizes, and events likewise.
LARGEST = {
    "carried_rows": BATCH_SIZE,
    "embedding_size": 3,
    "filters": 6,
    "head_filters": 6,
    "nade_units": 5,
    "num_blocks": 1,
    "num_heads": 3,
    "num_layers": 2,
    "num_resolutions": 2,
    "skip_filters": 5,
    "units": 6,
}
DEFAULTS_TO_CUT = {
    "PixelCNNPlusPlus": ("filters", "num_blocks", "num_resolutions")
}

ONE_OF_EACH = [family[0] for family in recipes.families().values()]
FAST = "fvsbn_binarized_mnist"
LEADING = [
    FAST,
    "gated_pixel_cnn_mnist",
    "char_rnn_carried_tiny_shakespeare",
]


def cut(recipe):
    """Returns the recipe with a small model and small batches."""
    options = {
        **dict.fromkeys(DEFAULTS_TO_CUT.get(recipe.model, ()), 10**6),
        **recipe.model_options,
    }
    for name in options.keys() & LARGEST.keys():
        sizes = np.minimum(options[name], LARGEST[name]).tolist()
        options[name] = tuple(sizes) if isinstance(sizes, list) else sizes
    return recipe.model_copy(
        update={"model_options": options, "batch_size": BATCH_SIZE}
    )


def event(recipe):
    """Returns shape, number of values and vocabulary of a small event."""
    if recipe.dataset in IMAGES:
        channels = 3 if recipe.dataset == "cifar10" else 1
        return (8, 8, channels), IMAGES[recipe.dataset], None
    if recipe.dataset == "tiny_shakespeare":
        return (16,), len(SYMBOLS), SYMBOLS
    if recipe.dataset == "spoken_digits":
        return (32,), 256, None
    if recipe.model_options.get("variable_length"):
        return (16, 5), 2, None
    if recipe.model == "RNADE":
        return (12,), None, None
    return (12,), 2, None


def small_data(recipe):
    """Returns data like that of the recipe, of random events."""
    shape, num_levels, vocabulary = event(recipe)
    rng = np.random.default_rng(0)
    size = (2 * BATCH_SIZE, *shape)
    if num_levels is None:
        x = rng.normal(size=size).astype("float32")
    else:
        x = rng.integers(0, num_levels, size).astype("uint8")
    if recipe.model_options.get("variable_length"):
        x = (x, np.full(len(x), shape[0], "int32"))
    elif recipe.dataset_options.get("with_labels"):
        x = (x, np.arange(len(x), dtype="int32"))
    examples = tf.data.Dataset.from_tensor_slices(x)
    info = DatasetInfo(
        recipe.dataset, "", "", shape, num_levels, {}, vocabulary=vocabulary
    )
    return Data(examples, None, examples, examples, info)


def tried():
    """Yields recipes; all but some of each kind of data take turns."""
    for recipe in ONE_OF_EACH:
        marks = [] if recipe.name == FAST else [pytest.mark.slow]
        if recipe.name not in LEADING:
            marks.append(pytest.mark.takes_turns)
        yield pytest.param(recipe, marks=marks, id=recipe.name)


@pytest.mark.parametrize("recipe", list(tried()))
def test_the_step_is_one_program_of_fixed_shapes(recipe):
    recipe = cut(recipe)
    data = small_data(recipe)
    model = compiled_model(recipe, data)
    batches = data.train.batch(BATCH_SIZE, drop_remainder=True)
    step = tf.function(model.train_step, autograph=False, jit_compile=True)
    compiler_ir = step.experimental_get_compiler_ir(next(iter(batches)))
    program = compiler_ir(stage="hlo")
    assert "ENTRY" in program
    # A size that is known as a limit alone, and calls back into Python.
    assert not re.search(r"\[[\d,]*<=\d", program)
    assert "custom-call" not in program
