"""Taps of the steps before, over a sequence and one step at a time."""

import numpy as np
import pytest

from tests.layers.convolutions import randomise
from tf_autoregressive.layers import CausalConv1D

IN, OUT, STEPS = 3, 5, 9
TAPS = [(1, 1), (2, 1), (2, 4), (3, 2)]


def make(rng, kernel_size, dilation, **options):
    layer = CausalConv1D(OUT, kernel_size, dilation=dilation, **options)
    layer.build((None, None, IN))
    randomise([layer], rng)
    return layer


def window(x, time, layer):
    """Returns what the taps see at a step, the earliest first."""
    padded = np.pad(x, [(0, 0), (layer.reach, 0), (0, 0)])
    return [
        padded[:, time + tap * layer.dilation]
        for tap in range(layer.kernel_size)
    ]


@pytest.mark.parametrize(("kernel_size", "dilation"), TAPS)
def test_outputs_are_the_sums_of_their_taps(rng, kernel_size, dilation):
    layer = make(rng, kernel_size, dilation)
    x = rng.normal(size=(2, STEPS, IN)).astype("float32")
    outputs = layer(x).numpy()
    for time in range(STEPS):
        expected = layer.bias.numpy() + sum(
            tap @ kernel
            for tap, kernel in zip(
                window(x, time, layer), layer.kernel.numpy(), strict=True
            )
        )
        np.testing.assert_allclose(outputs[:, time], expected, atol=1e-5)
