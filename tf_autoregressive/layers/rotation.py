"""Rotary positions, by which products of queries and keys know distances."""

import tensorflow as tf

_BASE = 10_000.0


def rotated(x: tf.Tensor, positions: tf.Tensor) -> tf.Tensor:
    """Returns features turned by angles in proportion to their position [1].

        <rotated(q, m), rotated(k, n)> = <rotated(q, m - n), k>

    Feature `i` of the first half and of the second are the two coordinates
    that turn by `m / 10000^(2 i / d)` at position `m`.

    Args:
        x: `[..., T, d]`, or `[..., d]` with a scalar position; `d` is even.
        positions: int32 `[T]`, or a scalar.

    References:
        [1] Su et al., "RoFormer: Enhanced Transformer with Rotary Position
            Embedding", 2021, Eq. 15. https://arxiv.org/abs/2104.09864
            Deviation: the two halves of the features are paired, where the
            authors pair neighbours: the same up to the features' order.
    """
    half = x.shape[-1] // 2
    # Angles are float32 whatever the features are: bfloat16 has too few digits
    # to tell late positions apart.
    frequencies = _BASE ** (-tf.range(half, dtype=tf.float32) / half)
    angles = tf.cast(positions, tf.float32)[..., None] * frequencies
    cosine, sine = tf.cos(angles), tf.sin(angles)
    first, second = tf.split(tf.cast(x, tf.float32), 2, axis=-1)
    turned = [first * cosine - second * sine, first * sine + second * cosine]
    return tf.cast(tf.concat(turned, axis=-1), x.dtype)
