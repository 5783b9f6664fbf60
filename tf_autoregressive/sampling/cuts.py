"""Cuts, which leave improbable values out of a draw, on logits.

A cut is a function of logits and a number; it returns the logits of what is
left. `CUTS` are for K values, `logits [..., K]`, of which those as probable as
one that is kept are kept too. `CUTS_OF_BITS` are the same rules for two values
that share a single logit `[..., 1]`, without sorting: one value or both.
"""

import tensorflow as tf

# Stands for an infinite logit where one value of a bit is left: finite, so
# that no infinity times zero appears in the log-probability.
_CERTAIN = 1e9


def _top_k(logits, k):
    ordered = tf.sort(logits, direction="DESCENDING")
    last = tf.minimum(k, logits.shape[-1]) - 1
    return _keep(logits, tf.gather(ordered, last, axis=-1)[..., None])


def _top_p(logits, p):
    ordered = tf.sort(logits, direction="DESCENDING")
    # On a CPU softmax takes five axes at most, and the levels of an ensemble's
    # images have six.
    rows = tf.reshape(ordered, [-1, ordered.shape[-1]])
    mass = tf.cumsum(tf.nn.softmax(rows), axis=-1, exclusive=True)
    mass = tf.reshape(mass, tf.shape(ordered))
    # A value stays if the more probable ones hold less than `p` together.
    ordered = tf.where(mass < p, ordered, ordered[..., :1])
    return _keep(logits, tf.reduce_min(ordered, axis=-1, keepdims=True))


def _min_p(logits, p):
    largest = tf.reduce_max(logits, axis=-1, keepdims=True)
    return _keep(logits, largest + tf.math.log(p))


def _keep(logits, smallest):
    return tf.where(logits >= smallest, logits, logits.dtype.min)


def _top_k_of_bit(logit, k):
    return _keep_both(logit, tf.not_equal(k, 1))


def _top_p_of_bit(logit, p):
    return _keep_both(logit, tf.sigmoid(tf.abs(logit)) < p)


def _min_p_of_bit(logit, p):
    # The ratio of the two probabilities is exp(-|logit|).
    return _keep_both(logit, tf.exp(-tf.abs(logit)) >= p)


def _keep_both(logit, condition):
    certain = tf.where(logit > 0.0, _CERTAIN, -_CERTAIN)
    return tf.where(condition, logit, certain)


CUTS = {"top_k": _top_k, "top_p": _top_p, "min_p": _min_p}
CUTS_OF_BITS = {
    "top_k": _top_k_of_bit,
    "top_p": _top_p_of_bit,
    "min_p": _min_p_of_bit,
}
