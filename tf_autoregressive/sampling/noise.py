"""All randomness of a draw, made up front.

Uniforms are made from stateless Philox bits: those are the same in eager mode,
in graphs and under XLA, which TensorFlow's stateless floats are not, and the
first rows of a draw do not depend on how many rows follow.
"""

import numpy as np
import tensorflow as tf

# Separates the choice of an ensemble member from the noise of the values.
_MEMBER_SALT = 0x3C6EF372


def as_seed(seed):
    """Returns a stateless seed, int32 `[2]`.

    Args:
        seed: An int, a stateless seed `[2]` as TensorFlow and TFP have them,
            or `None` for one from TensorFlow's global generator.

    Raises:
        ValueError: If it is none of these.
    """
    if seed is None:
        limits = tf.int32.limits
        return tf.random.uniform([2], *limits, dtype=tf.int32)
    if isinstance(seed, (int, np.integer)):
        words = np.array([int(seed) & (2**64 - 1)], "uint64").view("int32")
        return tf.constant(words)
    seed = tf.convert_to_tensor(seed)
    if not seed.dtype.is_integer or not seed.shape.is_compatible_with([2]):
        raise ValueError(
            "`seed` must be an int, None, or two integers (a stateless seed). "
            f"Received: shape {tuple(seed.shape)}, dtype {seed.dtype.name}"
        )
    return tf.cast(seed, tf.int32)


def uniforms(seed, shape):
    """Returns float32 uniforms in (0, 1), a function of `(seed, index)`.

    The values lie on the centres of 2^23 cells: never 0, never 1.

    Args:
        seed: int32 `[2]`.
        shape: Shape whose first axis counts examples.
    """
    bits = tf.random.stateless_uniform(
        shape, seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
    )
    cells = tf.cast(
        tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32)), tf.float32
    )
    return (cells + 0.5) * 2.0**-23


def members(seed, num_examples, ensemble_size):
    """Returns int32 `[num_examples]`: a member for each example, uniformly."""
    salted = tf.bitwise.bitwise_xor(seed, [0, _MEMBER_SALT])
    position = uniforms(salted, [num_examples])
    return tf.cast(position * ensemble_size, tf.int32)
