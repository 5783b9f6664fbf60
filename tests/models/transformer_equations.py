"""The equations of a Transformer's blocks, in float64."""

import math

import numpy as np

from tests.layers.attention import attend


def normalised(x, layer):
    x = x - x.mean(-1, keepdims=True)
    x = x / np.sqrt((x**2).mean(-1, keepdims=True) + 1e-5)
    return x * np.array(layer.gamma) + np.array(layer.beta)


def gelu(x):
    inner = math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)
    return 0.5 * x * (1 + np.tanh(inner))


def after_blocks(model, x, window, **options):
    """Returns the residual stream `[B, T, units]` after all blocks, normed."""
    for block in model.blocks:
        norm, qkv, _, heads, mlp_norm, up, down = block
        seen = attend(
            normalised(x, norm) @ np.array(qkv.kernel),
            units=model.units,
            num_heads=model.num_heads,
            window=window,
            **options,
        )
        x = x + seen @ np.array(heads.kernel)
        hidden = gelu(normalised(x, mlp_norm) @ np.array(up.kernel))
        x = x + hidden @ np.array(down.kernel)
    return normalised(x, model.last_norm)


def dense(x, layer):
    """Returns `x @ kernel + bias`."""
    return x @ np.array(layer.kernel) + np.array(layer.bias)
