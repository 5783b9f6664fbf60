"""Convolutions as loops over their taps, from the equations alone, in float64.

Shapes: B batch, H rows, W columns, I input channels, O filters.
"""

import numpy as np


def shifted(x, kernel, *, above, left, strides=1):
    """Returns `[B, ceil(H / s), ceil(W / s), O]`, without a bias.

    outputs[r, c] = sum_{a, b} x[s r - above + a, s c - left + b] @ kernel[a, b]
    """
    batch, height, width, _ = x.shape
    size = (-(-height // strides), -(-width // strides))
    outputs = np.zeros((batch, *size, kernel.shape[-1]))
    for r, c, a, b in np.ndindex(*size, *kernel.shape[:2]):
        row, column = strides * r - above + a, strides * c - left + b
        if 0 <= row < height and 0 <= column < width:
            outputs[:, r, c] += x[:, row, column] @ kernel[a, b]
    return outputs


def upsampled(x, kernel):
    """Returns `[B, 2 * H, 2 * W, O]`, without a bias.

    outputs[2 r + a, 2 c + b - crop] += x[r, c] @ kernel[a, b]
    """
    batch, height, width, _ = x.shape
    crop = kernel.shape[1] - 2
    outputs = np.zeros((batch, 2 * height, 2 * width, kernel.shape[-1]))
    for r, c, a, b in np.ndindex(height, width, *kernel.shape[:2]):
        column = 2 * c + b - crop
        if 0 <= column < 2 * width:
            outputs[:, 2 * r + a, column] += x[:, r, c] @ kernel[a, b]
    return outputs


def normalised(layer):
    """Returns the kernel of a layer with weight normalisation."""
    direction = np.array(layer.kernel, "float64")
    norms = [
        np.sqrt(np.sum(direction[..., o] ** 2))
        for o in range(direction.shape[-1])
    ]
    return np.array(layer.scale, "float64") * direction / norms


def masked(layer, in_colours, out_colours, *, exclusive):
    """Returns the kernel of a masked layer; its last row is the pixel's own."""
    kernel = np.array(layer.kernel, "float64")
    own_row, left = kernel.shape[0] - 1, layer.left
    for a, b, i, o in np.ndindex(kernel.shape):
        earlier = a < own_row or b < left
        seen = in_colours[i] < out_colours[o] + (not exclusive)
        if not (earlier or (b == left and seen)):
            kernel[a, b, i, o] = 0.0
    return kernel


def randomise(layers, rng, scale=1.0):
    """Gives all weights of layers, or of a model, random values."""
    for layer in layers:
        for weight in layer.trainable_variables:
            weight.assign(rng.normal(0.0, scale, weight.shape))


def reached(layer, shape, rng, num_draws=5):
    """Returns bool `[D, D]`: row i, what output i of a layer depends on.

    Over draws of random weights: what comes from afar may be lost in rounding.

    Args:
        layer: A layer whose outputs have the shape of its inputs.
        shape: `(H, W, C)`.
        rng: Generator of the weights and the inputs.
        num_draws: Number of draws.
    """
    num_nodes = int(np.prod(shape))
    seen = np.zeros((num_nodes, num_nodes), bool)
    for _ in range(num_draws):
        randomise([layer], rng)
        # An example keeps its place in the batch, so that equal values give
        # equal bits.
        before = np.tile(rng.normal(size=(1, num_nodes)), (num_nodes, 1))
        outputs = [
            np.reshape(layer(x.reshape(-1, *shape).astype("float32")), x.shape)
            for x in (before, before + np.eye(num_nodes))
        ]
        seen |= (outputs[0] != outputs[1]).T
    return seen
