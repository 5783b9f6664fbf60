"""Log-probabilities of one part of an event, given the other part.

Shapes: B batch, D event dimensions, E ensemble members.
"""

import math
from typing import Any

import tensorflow as tf

from tf_autoregressive.models.assertions import asserted
from tf_autoregressive.sampling.events import known_first


def check_has_conditionals(model: Any) -> None:
    """Checks that a model can say `log p(x[~given] | x[given])` at all.

    Raises:
        ValueError: If it is an ensemble over several orderings that takes no
            other: a part of an event comes first in one of them only.
    """
    if model.has_many_orderings and not model.any_order:
        raise ValueError(
            "`given` needs a model of one ordering, or of any. This ensemble "
            f"of {model.ensemble_size} members has several."
        )


def with_known_prefix(model: Any, x: tf.Tensor, given: tf.Tensor) -> Any:
    """Returns `x`, if what is given of each event comes first in its order.

    Args:
        model: An `AutoregressiveModel` of one ordering.
        x: Events `[B, *event_shape]`.
        given: bool `[B, *event_shape]`.

    Raises:
        ValueError: If not. In a graph it is a
            `tf.errors.InvalidArgumentError`.
    """
    flat = tf.reshape(given, [-1, model.num_dims])
    by_rank = tf.gather(flat, model.ordering[0], axis=1)
    comes_first = tf.reduce_all(by_rank[:, :-1] | ~by_rank[:, 1:])
    message = (
        "`given` must come first in the order of the model, without a gap: "
        f"{type(model).__name__} has no other conditionals. A DeepNADE and an "
        "OrderAgnosticCNN take any part."
    )
    if not tf.executing_eagerly():
        return asserted(x, comes_first, [message])
    if not comes_first:
        missing = tf.where(by_rank[:, 1:] & ~by_rank[:, :-1])[0]
        example, rank = missing.numpy().tolist()
        raise ValueError(
            f"{message} Received: example {example} gives the dimension of "
            f"rank {rank + 1} and not the one of rank {rank}."
        )
    return x


def score_given(
    model: Any, x: tf.Tensor, context: Any, given: tf.Tensor
) -> tf.Tensor:
    """Returns `log p(x[~given] | x[given])`, `[B]` nats, for checked tensors.

    Args:
        model: An `AutoregressiveModel`.
        x: Events `[B, *event_shape]`.
        context: Contexts, not encoded, or `None`.
        given: bool `[B, *event_shape]`; unless the model takes any order, the
            first dimensions of its own.
    """
    context = model.context.encoded(context)
    if not model.any_order:
        return _of_unknown(model.score_per_dim(x, context), given)
    scores = [
        _of_unknown(_per_dim(model, x, context, given, member), given)
        for member in range(model.ensemble_size)
    ]
    # Each member is as likely as the others, as when an event is completed.
    return tf.reduce_logsumexp(tf.stack(scores), 0) - math.log(len(scores))


def _per_dim(model, x, context, given, member):
    """Returns the conditionals of a member that visits what is given first."""
    known = tf.reshape(given, [-1, model.num_dims])
    output = model.output_distribution
    parameters = model.network(
        output.network_input(x),
        context=context,
        member=member,
        training=False,
        ordering=known_first(model.ordering[member], known),
    )
    return output.log_prob_per_dim(parameters, x)


def _of_unknown(log_prob_per_dim, given):
    of_unknown = tf.where(given, 0.0, log_prob_per_dim)
    return tf.reduce_sum(of_unknown, axis=list(range(1, given.shape.rank)))
