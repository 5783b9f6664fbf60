"""The draw of one of several values from a uniform.

Shapes: K values, `...` any leading axes.
"""

import tensorflow as tf


def chosen_index(mass: tf.Tensor, uniform: tf.Tensor) -> tf.Tensor:
    """Returns int32 `[...]`: the value in whose share of the mass a uniform is.

    The least `k` with `mass[0] + ... + mass[k] > uniform * total`: value `k`
    has probability `mass[k] / total`.

    Args:
        mass: `[..., K]`, not negative, with a positive total.
        uniform: `[..., 1]` in (0, 1).
    """
    mass = tf.cumsum(mass, axis=-1)
    total = mass[..., -1:]
    # `mass < total` keeps a uniform that rounds up to the total from passing
    # the last value of positive probability.
    passed = (mass <= uniform * total) & (mass < total)
    return tf.reduce_sum(tf.cast(passed, tf.int32), axis=-1)
