"""Sums, means and values over the replicas of a distributed model.

Shapes: B batch.
"""

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

from tf_autoregressive.types import Array


def share_of_mean(values: tf.Tensor, weight: Array | None) -> Any:
    """Returns the share of this replica's values in the mean over all.

    Replicas may hold different numbers of examples: the last batch of an
    epoch need not divide.
    """
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if weight is None and replicas == 1:
        return tf.reduce_mean(values)
    weight = tf.ones_like(values) if weight is None else weight
    weight = tf.cast(weight, values.dtype)
    total = tf.reduce_sum(weight)
    if replicas > 1:
        # Each replica divides by the total of all, because Keras adds up their
        # gradients.
        total = _sum_over_replicas(total)
    # If no example counts, there is no loss, and no gradient.
    return tf.math.divide_no_nan(tf.reduce_sum(values * weight), total)


def added_up(gradients: Sequence[Any]) -> Any:
    """Returns the gradients of all replicas as tensors, on the first of them.

    The other replicas get zeros. Keras clips the gradients of every replica
    before it adds them up, but the sum is what has to be clipped.
    """
    gradients = [_dense(gradient) for gradient in gradients]
    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return gradients
    replica = tf.distribute.get_replica_context().replica_id_in_sync_group
    is_first = tf.equal(replica, 0)
    return [
        None if g is None else tf.where(is_first, g, tf.zeros_like(g))
        for g in map(_sum_over_replicas, gradients)
    ]


def _dense(gradient):
    """Returns a gradient as a tensor.

    The gradient of an embedding holds a row for each time that a symbol occurs.
    Norms of such rows are not the norm of their sum.
    """
    return None if gradient is None else tf.convert_to_tensor(gradient)


def norm_over_replicas(gradients: Sequence[Any]) -> Any:
    """Returns the norm of gradients that are on the first replica alone."""
    norm = tf.linalg.global_norm(gradients)
    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return norm
    return _sum_over_replicas(norm)


def _sum_over_replicas(value):
    if value is None:
        return None
    context = tf.distribute.get_replica_context()
    return context.all_reduce(tf.distribute.ReduceOp.SUM, value)


def loggable(results: dict) -> dict[str, Any]:
    """Returns results of a step such that Keras can average them.

    This works around keras-team/keras issue 20585: between workers Keras
    averages along axis 0, which scalars do not have. Once the issue is closed,
    `results` will do.
    """
    strategy = tf.distribute.get_strategy()
    if not isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        return results
    # With one worker Keras averages nothing between workers.
    if strategy.num_replicas_in_sync == len(strategy.extended.worker_devices):
        return results
    return {name: tf.reshape(value, [1]) for name, value in results.items()}


def share_first(variables: Sequence[Any], strategy: Any) -> None:
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
        # A sum with zeros changes no value, as a mean of equal ones might.
        values = [tf.where(is_first, v, tf.zeros_like(v)) for v in values]
        return replica.all_reduce(tf.distribute.ReduceOp.SUM, values)

    values = [tf.constant(variable.numpy()) for variable in variables]
    shared = in_replicas(of_first, values, strategy)
    for variable, value in zip(variables, shared, strict=True):
        variable.assign(value)


def in_replicas(function: Any, values: tf.Tensor, strategy: Any) -> Any:
    """Returns the result of a function in this worker's first replica."""
    # The function is traced, because a TPU runs nothing eagerly.
    run = tf.function(lambda values: strategy.run(function, args=(values,)))
    return tf.nest.map_structure(
        lambda result: strategy.experimental_local_results(result)[0],
        run(values),
    )
