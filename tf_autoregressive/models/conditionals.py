"""Conditionals as models return them: distributions that refuse other values.

The conditionals of a mixture of members are here too.

Shapes: B batch, D event dimensions, E ensemble members.
"""

import functools
import math
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive import orderings
from tf_autoregressive.models.plain_tensor import plain_tensor


def scoring_events_alone(distribution: Any, event: Any) -> Any:
    """Returns a distribution over events that refuses all other values.

    TFP casts an array to the dtype of samples before it looks at it: pixels
    scaled to [-1, 1] would be scored as 0. Real values are left to TFP.

    Args:
        distribution: A `tfd.Distribution`, which is changed.
        event: The `Event`, which says which values the distribution is over.
    """
    if event.num_levels is not None:
        for name in ("log_prob", "prob"):
            method = getattr(distribution, name)
            setattr(distribution, name, _of_valid_values(method, event))
    return distribution


def _of_valid_values(method, event):
    @functools.wraps(method)
    def score(value, *args, **kwargs):
        value = plain_tensor("value", value)
        value = event.with_valid_values(value, "value")
        return method(value, *args, **kwargs)

    return score


def log_prob_per_dim_of_mixture(
    members: tf.Tensor, ordering: np.ndarray
) -> Any:
    """Returns the conditionals of a mixture of equal parts, nats.

    `log p(x[o[i]] | x[o[<i]])` is the difference of the mixture's
    log-probabilities of the first `i + 1` and the first `i` values.

    Args:
        members: `[B, E, *event_shape]` nats, the conditionals of its members.
        ordering: `[D]`, the order that they have in common.

    Returns:
        `[B, *event_shape]` nats.
    """
    shape = tf.shape(members)
    flat = tf.reshape(members, [shape[0], shape[1], -1])
    by_rank = tf.gather(flat, ordering, axis=-1)
    prefix = tf.reduce_logsumexp(tf.cumsum(by_rank, axis=-1), axis=1)
    start = tf.fill([shape[0], 1], math.log(members.shape[1]))
    conditional = prefix - tf.concat([start, prefix[:, :-1]], axis=-1)
    by_dim = tf.gather(conditional, orderings.ranks(ordering), axis=-1)
    return tf.reshape(by_dim, tf.concat([shape[:1], shape[2:]], axis=0))
