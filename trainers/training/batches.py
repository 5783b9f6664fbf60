"""Training batches that depend on the seed and the step alone.

Therefore a run that continues at step s sees the batches that it would have
seen without the interruption, and no state of the input has to be saved.
"""

import math
from collections.abc import Callable

import tensorflow as tf

from ..recipe import Recipe

# Splits up to this size are held in memory, where a pass's order is one
# permutation and a batch one gather. Larger ones are streamed.
_MEMORY_LIMIT_BYTES = 2**31
_SHUFFLE_BUFFER = 50_000

# This keeps the noise of `draw` apart from that of the order.
_DRAW = 1


def steps_per_pass(examples: tf.data.Dataset, batch_size: int) -> int:
    """Returns the number of full batches in a pass over the examples.

    Raises:
        ValueError: If there are fewer examples than a batch holds, or their
            number is not known.
    """
    count = int(examples.cardinality())
    if count < batch_size:
        known = "an unknown number of" if count < 0 else count
        raise ValueError(
            "The training split must have a known number of examples, at "
            f"least `batch_size`. Received: {known} examples, "
            f"batch_size={batch_size}"
        )
    return count // batch_size


def steps_per_epoch(examples: tf.data.Dataset, recipe: Recipe) -> int:
    """Returns the number of training steps in an epoch of the recipe.

    Raises:
        ValueError: As `steps_per_pass`.
    """
    steps = steps_per_pass(examples, recipe.batch_size)
    return recipe.steps_per_epoch or steps


def training_batches(
    examples: tf.data.Dataset,
    *,
    batch_size: int,
    seed: int,
    first_step: int,
    draw: Callable | None = None,
) -> tf.data.Dataset:
    """Returns an endless dataset of full batches, pass after pass.

    Every pass visits each example at most once, in an order of its own. It
    leaves out `n % batch_size` of `n` examples, different ones in every pass.

    Args:
        examples: Unbatched examples, at least one batch of them.
        batch_size: Examples in a batch.
        seed: Seed of the orders and of `draw`.
        first_step: The step that the dataset begins with, 0 for the first.
        draw: A function of a batch and a stateless seed `[2]` that returns the
            batch to train on, for data that is random itself; else `None`.
    """
    steps = steps_per_pass(examples, batch_size)
    ordered = _streamed if _bytes(examples) > _MEMORY_LIMIT_BYTES else _gathered
    # A run that goes on begins within a pass, whose order is that of its index.
    first_pass, skipped = divmod(first_step, steps)
    passes = tf.data.Dataset.range(first_pass, tf.int64.max)
    batches = ordered(examples, passes, skipped, steps, batch_size, seed)
    if draw is not None:
        batches = batches.enumerate(first_step).map(
            lambda step, batch: draw(batch, _seed_pair(seed, step, _DRAW))
        )
    return batches.prefetch(tf.data.AUTOTUNE)


def evaluation_batches(
    examples: tf.data.Dataset, batch_size: int
) -> tf.data.Dataset:
    """Returns all examples in batches, the last one shorter, in their order."""
    batches = examples.batch(batch_size)
    if _bytes(examples) <= _MEMORY_LIMIT_BYTES:
        batches = batches.cache()
    return batches.prefetch(tf.data.AUTOTUNE)


def _gathered(examples, passes, skipped, steps, batch_size, seed):
    count = int(examples.cardinality())
    table = examples.batch(count).get_single_element()

    def batches_of_indices(index):
        order = tf.random.experimental.stateless_shuffle(
            tf.range(count, dtype=tf.int64),
            seed=_seed_pair(seed, index),
            alg="philox",
        )
        order = tf.reshape(order[: steps * batch_size], [steps, batch_size])
        return tf.data.Dataset.from_tensor_slices(order)

    def gather(indices):
        return tf.nest.map_structure(lambda t: tf.gather(t, indices), table)

    return passes.flat_map(batches_of_indices).skip(skipped).map(gather)


def _streamed(examples, passes, skipped, steps, batch_size, seed):
    def shuffled(index):
        # The seed is that of this function's graph alone. TensorFlow combines a
        # global seed with Python numbers only, not with the tensor that
        # follows.
        tf.compat.v1.set_random_seed(None)
        shuffle_seed = tf.random.stateless_uniform(
            [],
            seed=_seed_pair(seed, index),
            minval=None,
            maxval=None,
            dtype=tf.int64,
            alg="philox",
        )
        shuffled = examples.shuffle(
            _SHUFFLE_BUFFER, shuffle_seed, reshuffle_each_iteration=False
        )
        return shuffled.batch(batch_size, drop_remainder=True).take(steps)

    return passes.flat_map(shuffled).skip(skipped)


def _seed_pair(seed, index, purpose=0):
    pair = tf.stack([tf.constant(seed, tf.int64), index])
    return tf.random.experimental.stateless_fold_in(pair, purpose)


def _bytes(examples):
    """Returns the size of all examples, infinite if an axis is dynamic."""
    specs = tf.nest.flatten(examples.element_spec)
    if not all(spec.shape.is_fully_defined() for spec in specs):
        return math.inf
    example = sum(spec.shape.num_elements() * spec.dtype.size for spec in specs)
    return example * int(examples.cardinality())
