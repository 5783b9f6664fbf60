"""Batches divided among the replicas of a strategy.

Every replica gets a fixed share of every batch, so that what is trained on
does not depend on how many replicas there are. (TensorFlow's own division
among workers leaves open which example goes where, and a batch that does not
divide can leave a replica with none.)
"""

import math

import tensorflow as tf

from ..errors import UsageError
from .batches import evaluation_batches


def check_divides(batch_size: int, strategy: tf.distribute.Strategy) -> None:
    """Checks that every replica gets the same number of examples.

    Raises:
        UsageError: If a replica would get another number.
    """
    replicas = strategy.num_replicas_in_sync
    if batch_size % replicas:
        raise UsageError(
            "`batch_size` is that of all replicas together and must be a "
            f"multiple of their number. Received: batch_size={batch_size}, "
            f"{replicas} replicas"
        )


def sharded_evaluation(
    examples: tf.data.Dataset, batch_size: int, strategy: tf.distribute.Strategy
) -> tuple[tf.data.Dataset, int | None]:
    """Returns batches in which every example counts exactly once.

    Args:
        examples: Unbatched examples of a known number.
        batch_size: Examples in a step; among several replicas rounded up to a
            multiple of their number.
        strategy: A `tf.distribute.Strategy`.

    Returns:
        A dataset, and the number of its steps; `None` if Keras can count them.
    """
    replicas = strategy.num_replicas_in_sync
    if replicas == 1:
        return evaluation_batches(examples, batch_size), None
    size = math.ceil(batch_size / replicas) * replicas
    steps = math.ceil(int(examples.cardinality()) / size)
    batches = padded(evaluation_batches(examples, size), size)
    return sharded(batches, strategy), steps


def sharded(
    batches: tf.data.Dataset, strategy: tf.distribute.Strategy
) -> tf.data.Dataset:
    """Returns a dataset whose batches are divided among the replicas.

    Each process reads all batches and keeps the shares of its own replicas:
    replica `r` of process `p` has share `r * processes + p`, which is the
    order in which `predict` puts results together again.

    Args:
        batches: Batches with a size that the number of replicas divides.
        strategy: A `tf.distribute.Strategy`.
    """
    if strategy.num_replicas_in_sync == 1:
        return batches

    def shares_of(process):
        count = process.num_input_pipelines
        shape = [process.num_replicas_in_sync // count, count]

        def keep(tensor):
            size = tensor.shape[0] // process.num_replicas_in_sync
            shares = tf.reshape(tensor, [*shape, size, *tensor.shape[1:]])
            return shares[:, process.input_pipeline_id]

        def keep_all(*batch):
            batch = batch if len(batch) > 1 else batch[0]
            return tf.nest.map_structure(keep, batch)

        return batches.map(keep_all).unbatch().prefetch(tf.data.AUTOTUNE)

    return strategy.distribute_datasets_from_function(shares_of)


def padded(batches: tf.data.Dataset, batch_size: int) -> tf.data.Dataset:
    """Returns batches that all have the same size: dictionaries.

    They hold `x`, perhaps `context`, and `weight`, as models take them. A
    shorter batch is filled up with its last example, at weight 0, so that it
    divides among replicas and no example counts twice.

    Args:
        batches: Batches of `x` or `(x, context)`, at most `batch_size` long.
        batch_size: Their new size.
    """

    def pad(*batch):
        parts = dict(zip(("x", "context"), batch, strict=False))
        count = tf.shape(parts["x"])[0]
        # Repeated examples are valid ones, unlike zeros, whose scores may be
        # infinite.
        index = tf.minimum(tf.range(batch_size), count - 1)
        parts = {name: tf.gather(part, index) for name, part in parts.items()}
        return parts | {
            "weight": tf.cast(tf.range(batch_size) < count, tf.float32)
        }

    return batches.map(pad)
