"""All randomness of a draw, made up front.

Uniforms are made from stateless Philox bits: those are the same in eager mode,
in graphs and under XLA, which TensorFlow's stateless floats are not, and the
first rows of a draw do not depend on how many rows follow.
"""

import math
import typing
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_autoregressive.types import Seed

# Separates the choice of an ensemble member from the noise of the values.
_MEMBER_SALT = 0x3C6EF372

_PHILOX = 1
_WORDS_PER_COUNT = 4


class LaterExamples(typing.NamedTuple):
    """A seed whose first examples are left out, without drawing them.

    Attributes:
        seed: int32 `[2]`.
        first: int64 scalar, the index of the first example that is drawn.
    """

    seed: typing.Any
    first: typing.Any

    def bits(self, shape: Sequence[Any]) -> tf.Tensor:
        """Returns the rows of `_bits` from row `first` on."""
        size = math.prod(shape[1:])
        skipped = self.first * size
        key, counter = tf.raw_ops.StatelessRandomGetKeyCounter(seed=self.seed)
        count = tf.cast(skipped // _WORDS_PER_COUNT, tf.uint64)
        # The first word may be any of the four of its count, so up to three
        # words before it are drawn, too.
        bits = tf.raw_ops.StatelessRandomUniformFullIntV2(
            shape=[shape[0] * size + _WORDS_PER_COUNT - 1],
            key=key,
            counter=tf.stack([counter[0] + count, counter[1]]),
            alg=_PHILOX,
            dtype=tf.uint32,
        )
        start = tf.cast(skipped % _WORDS_PER_COUNT, tf.int32)
        return tf.reshape(tf.slice(bits, [start], [shape[0] * size]), shape)


class SeedPerExample(typing.NamedTuple):
    """A seed for each example: every one is drawn as the first of its own.

    Attributes:
        seed: int32 `[B, 2]`.
    """

    seed: typing.Any

    def bits(self, shape: Sequence[Any]) -> tf.Tensor:
        """Returns the first row of every seed, uint32 `[B, ...]`."""
        return tf.map_fn(
            lambda seed: _bits(seed, [1, *shape[1:]])[0],
            self.seed,
            fn_output_signature=tf.uint32,
        )


def as_seed(seed: Seed | LaterExamples) -> tf.Tensor | LaterExamples:
    """Returns a stateless seed, int32 `[2]`; `LaterExamples` of one as such.

    Args:
        seed: An int of 64 bits (a negative one is the same as `2**64` more),
            a stateless seed `[2]` as TensorFlow and TFP have them, or `None`
            for one from TensorFlow's global generator.

    Raises:
        ValueError: If `seed` is none of these.
    """
    if isinstance(seed, LaterExamples):
        first = tf.convert_to_tensor(seed.first, tf.int64)
        return LaterExamples(as_seed(seed.seed), first)
    if seed is None:
        limits = tf.int32.limits
        return tf.random.uniform([2], *limits, dtype=tf.int32)
    if isinstance(seed, (int, np.integer)):
        if not -(2**63) <= seed < 2**64:
            raise ValueError(
                "`seed` must be at least -2**63 and below 2**64: any other "
                f"would draw the same as one of these. Received: seed={seed}"
            )
        words = np.array([int(seed) & (2**64 - 1)], "uint64").view("int32")
        return tf.constant(words)
    seed = tf.convert_to_tensor(seed)
    if not seed.dtype.is_integer or not seed.shape.is_compatible_with([2]):
        raise ValueError(
            "`seed` must be an int, None, or two integers (a stateless seed). "
            f"Received: shape {tuple(seed.shape)}, dtype {seed.dtype.name}"
        )
    words = tf.get_static_value(seed)
    if words is not None and np.any(words != words.astype("int32")):
        raise ValueError(
            "`seed` must hold two integers of 32 bits. "
            f"Received: seed={words.tolist()}"
        )
    return tf.cast(seed, tf.int32)


def uniforms(seed: Seed, shape: Sequence[Any]) -> tf.Tensor:
    """Returns float32 uniforms in (0, 1), a function of `(seed, index)`.

    The values lie on the centres of 2^23 cells: never 0, never 1.

    Args:
        seed: int32 `[2]`, `LaterExamples` or a `SeedPerExample`.
        shape: Shape whose first axis counts examples.
    """
    has_bits = isinstance(seed, (LaterExamples, SeedPerExample))
    bits = seed.bits(shape) if has_bits else _bits(seed, shape)
    cells = tf.cast(
        tf.bitwise.right_shift(bits, tf.constant(9, tf.uint32)), tf.float32
    )
    return (cells + 0.5) * 2.0**-23


def members(
    seed: Seed, num_examples: int | tf.Tensor, ensemble_size: int
) -> tf.Tensor:
    """Returns int32 `[num_examples]`: a member for each example, uniformly.

    Args:
        seed: As `uniforms` takes it.
        num_examples: Number of examples.
        ensemble_size: Number of members.
    """
    position = uniforms(_salted(seed), [num_examples])
    return tf.cast(position * ensemble_size, tf.int32)


def _salted(seed):
    if isinstance(seed, (LaterExamples, SeedPerExample)):
        return seed._replace(seed=_salted(seed.seed))
    return tf.bitwise.bitwise_xor(seed, [0, _MEMBER_SALT])


def _bits(seed, shape):
    return tf.random.stateless_uniform(
        shape, seed, minval=None, maxval=None, dtype=tf.uint32, alg="philox"
    )
