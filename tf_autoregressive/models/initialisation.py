"""Examples to initialise a model from.

Shapes: B batch.
"""

from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.models.replicas import in_replicas
from tf_autoregressive.models.training_data import arrays
from tf_autoregressive.models.training_data import unpacked
from tf_autoregressive.types import Array

# A mean over the maps of so many examples is precise enough.
_NUM_EXAMPLES = 128


def first_examples(x: Array, y: Any, strategy: Any) -> Any:
    """Returns at most 128 events and contexts of those that `fit` gets.

    A distributed dataset gives its first batch, that of all replicas. Arrays
    may be sorted, so they give examples from all over them.

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
        # Strategies cannot gather every type.
        dtype = tf.int32 if share.dtype.is_integer else tf.float32
        share = tf.cast(share, dtype)
        return tf.distribute.get_replica_context().all_gather(share, axis=0)

    return in_replicas(gather, batch, strategy)[:_NUM_EXAMPLES]
