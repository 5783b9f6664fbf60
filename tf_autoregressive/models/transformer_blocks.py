"""Blocks of a Transformer: attention, then two layers of each position."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops

from tf_autoregressive.layers import CausalSelfAttention
from tf_autoregressive.layers import CausalSelfAttention2D

# GPT-2's standard deviation of initial weights.
_STDDEV = 0.02
_EPSILON = 1e-5


def make_block(
    index: int,
    attention: CausalSelfAttention | CausalSelfAttention2D,
    *,
    mlp_units: int,
    num_blocks: int,
    dtype: Any,
) -> list[keras.layers.Layer]:
    """Returns the layers of a block, for `run_block`.

    Initial weights are those of GPT-2 [1]: `N(0, 0.02^2)`, and a factor of `1 /
    sqrt(2 num_blocks)` for those that write to the residual stream, so that all
    of them together keep its scale. Every weight of two axes or more is a
    kernel that weight decay is meant for.

    Args:
        index: Index of the block, for the layers' names.
        attention: The layer of attention, of as many units as the stream.
        mlp_units: Units between the two layers of each position.
        num_blocks: Number of blocks of the model.
        dtype: The layers' dtype policy.

    References:
        [1] Radford et al., "Language Models are Unsupervised Multitask
            Learners", 2019, Sec. 2.3.
    """
    units = attention.units

    def dense(name, width, stddev=_STDDEV):
        return keras.layers.Dense(
            width,
            use_bias=False,
            kernel_initializer=keras.initializers.RandomNormal(stddev=stddev),
            dtype=dtype,
            name=f"{name}_{index}",
        )

    last_stddev = _STDDEV * (2 * num_blocks) ** -0.5
    return [
        norm(f"attention_norm_{index}", dtype),
        dense("queries_keys_values", attention.in_channels),
        attention,
        dense("heads", units, last_stddev),
        norm(f"mlp_norm_{index}", dtype),
        dense("mlp", mlp_units),
        dense("mlp_output", units, last_stddev),
    ]


def pattern_of(
    index: int, num_steps: int, stride: int | None
) -> tuple[int, int]:
    """Returns the window and the stride of a block's attention.

    Args:
        index: Index of the block.
        num_steps: Number of steps of an event.
        stride: `None` for all steps in every block; otherwise blocks alternate
            between the last `stride` steps and every `stride`-th step [1].

    References:
        [1] Child et al., "Generating Long Sequences with Sparse Transformers",
            2019, Sec. 4.3. https://arxiv.org/abs/1904.10509
    """
    if stride is None:
        return num_steps, 1
    return (stride, 1) if index % 2 == 0 else (num_steps, stride)


def norm(name: str, dtype: Any) -> keras.layers.Layer:
    """Returns a layer normalisation of each position."""
    return keras.layers.LayerNormalization(
        epsilon=_EPSILON, dtype=dtype, name=name
    )


def run_block(
    scope: Any,
    block: Sequence[keras.layers.Layer],
    dropout: keras.layers.Dropout,
    x: tf.Tensor,
) -> tf.Tensor:
    """Returns the residual stream after a block.

        x = x + W_2 attention(W_1 norm(x))
        x = x + W_4 gelu(W_3 norm(x))

    with dropout of both added terms. Both sums are segments.

    Args:
        scope: The scope that runs the stack.
        block: From `make_block`.
        dropout: A `keras.layers.Dropout`.
        x: The residual stream `[..., units]`.
    """
    x = x + scope.segment(_attention, [*block[:4], dropout], x)
    return x + scope.segment(_mlp, [*block[4:], dropout], x)


def _attention(scope, layers, x):
    normalised, queries_keys_values, attention, heads, dropout = layers
    x = scope.run(attention, queries_keys_values(normalised(x)))
    return scope.dropout(dropout, heads(x))


def _mlp(scope, layers, x):
    normalised, first, second, dropout = layers
    x = second(ops.gelu(first(normalised(x)), approximate=True))
    return scope.dropout(dropout, x)
