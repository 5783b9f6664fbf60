"""Examples to initialise a model from, and weights that replicas agree on.

Shapes: B batch.
"""

import numpy as np
import tensorflow as tf

from tf_autoregressive.models.training_data import arrays
from tf_autoregressive.models.training_data import unpacked

# A mean over as many maps is precise enough.
_NUM_EXAMPLES = 128


def first_examples(x, y, strategy):
    """Returns events and contexts of what `fit` gets, at most 128.

    Of a distributed dataset from its first batch, that of all replicas; of
    arrays from all over them, which may be sorted.

    Args:
        x: Events `[B, ...]`, or a batch as a dataset yields it; or a dataset
            that is distributed.
        y: Contexts, if they are not in `x`, or `None`.
        strategy: The `tf.distribute.Strategy` of the model.

    Returns:
        Events, and contexts or `None`.

    Raises:
        ValueError: If `x` is none of these. To read a generator would take its
            first batch away from training.
    """
    if isinstance(x, tf.distribute.DistributedDataset):
        x, context, _ = unpacked(next(iter(x)))
        return _first_of_all(x, strategy), _first_of_all(context, strategy)
    parts = arrays(x, y)
    if parts is None:
        raise ValueError(
            "`x` must be a dataset or an array for `fit` to initialise the "
            "weights from its first examples; or call `initialise` before "
            f"`fit`. Received: x={x!r}"
        )
    x, context, _ = parts
    number = min(len(x), _NUM_EXAMPLES)
    spread = np.linspace(0, len(x) - 1, number).astype("int32")
    return tuple(
        None if part is None else tf.gather(part, spread)
        for part in (x, context)
    )


def _first_of_all(batch, strategy):
    """Returns the first examples of the batch of all replicas."""
    if batch is None:
        return None

    def gather(share):
        # Not every type can be gathered.
        dtype = tf.int32 if share.dtype.is_integer else tf.float32
        share = tf.cast(share, dtype)
        return tf.distribute.get_replica_context().all_gather(share, axis=0)

    return _in_replicas(gather, batch, strategy)[:_NUM_EXAMPLES]


def share_first(variables, strategy):
    """Gives all replicas the values that the first has, bit by bit.

    Workers may have read other examples, or rounded another way, and nothing
    brings their weights together later.

    Args:
        variables: Keras variables.
        strategy: The `tf.distribute.Strategy` that they were made under.
    """
    if strategy.num_replicas_in_sync == 1:
        return

    def of_first(values):
        replica = tf.distribute.get_replica_context()
        is_first = tf.equal(replica.replica_id_in_sync_group, 0)
        values = [tf.where(is_first, v, tf.zeros_like(v)) for v in values]
        return replica.all_reduce(tf.distribute.ReduceOp.SUM, values)

    values = [tf.constant(variable.numpy()) for variable in variables]
    shared = _in_replicas(of_first, values, strategy)
    for variable, value in zip(variables, shared, strict=True):
        variable.assign(value)


def _in_replicas(function, values, strategy):
    """Returns what `function` returns in the first replica of this worker."""
    # Traced: a TPU runs nothing eagerly.
    run = tf.function(lambda values: strategy.run(function, args=(values,)))
    return tf.nest.map_structure(
        lambda result: strategy.experimental_local_results(result)[0],
        run(values),
    )
