"""Images as sequences of steps: a step is a colour of a pixel.

Shapes: B batch, H rows, W columns, K colours, n channels of a colour.
"""

from collections.abc import Sequence

import tensorflow as tf


def colours_apart(x: tf.Tensor, num_colours: int) -> tf.Tensor:
    """Returns maps `[B, H, W, K, n]` of maps `[B, H, W, K * n]`."""
    shape = tf.shape(x)[:-1]
    width = x.shape[-1] // num_colours
    return tf.reshape(x, tf.concat([shape, [num_colours, width]], axis=0))


def joined(tensors: Sequence[tf.Tensor], num_colours: int) -> tf.Tensor:
    """Returns the channels of several tensors side by side, colour by colour.

    Args:
        tensors: Each a map `[B, H, W, K * n]`, or `[B, n]` of one step.
        num_colours: `K`.
    """
    if len(tensors[0].shape) == 2 or num_colours == 1:
        return tf.concat(tensors, axis=-1)
    apart = [colours_apart(tensor, num_colours) for tensor in tensors]
    return tf.reshape(
        tf.concat(apart, axis=-1),
        [-1, *apart[0].shape[1:3], sum(x.shape[-1] for x in tensors)],
    )


def step_before(x: tf.Tensor, num_colours: int) -> tf.Tensor:
    """Returns maps `[B, H, W, K * n]`, moved by one step in raster order.

    The first step gets zeros.
    """
    steps = tf.reshape(x, [tf.shape(x)[0], -1, x.shape[-1] // num_colours])
    steps = tf.pad(steps[:, :-1], [[0, 0], [1, 0], [0, 0]])
    return tf.reshape(steps, tf.shape(x))
