"""Networks of the sizes of `models.py` in PyTorch, as they are mostly written.

The kernels of PixelCNN are multiplied by their masks before every convolution;
Gated PixelCNN crops and shifts.
"""

import time

import torch
from torch import nn
from torch.nn import functional

_NUM_LAYERS, _CHANNELS, _FIRST_KERNEL_SIZE, _KERNEL_SIZE = 7, 64, 7, 3


class MaskedConv2d(nn.Conv2d):
    """A convolution with the pixels before its own, and its own if asked."""

    def __init__(self, inputs, outputs, kernel_size, *, own):
        super().__init__(inputs, outputs, kernel_size, padding=kernel_size // 2)
        mask = torch.zeros(kernel_size, kernel_size)
        centre = kernel_size // 2
        mask[:centre] = 1
        mask[centre, : centre + own] = 1
        self.register_buffer("mask", mask)

    def forward(self, x):
        kernel = self.weight * self.mask
        return functional.conv2d(x, kernel, self.bias, padding=self.padding)


class Residual(nn.Module):
    """A residual block of PixelCNN."""

    def __init__(self):
        super().__init__()
        half = _CHANNELS // 2
        self.layers = nn.Sequential(
            nn.ReLU(),
            nn.Conv2d(_CHANNELS, half, 1),
            nn.ReLU(),
            MaskedConv2d(half, half, _KERNEL_SIZE, own=True),
            nn.ReLU(),
            nn.Conv2d(half, _CHANNELS, 1),
        )

    def forward(self, x):
        return x + self.layers(x)


def head():
    """Returns the last two layers."""
    return nn.Sequential(
        nn.ReLU(),
        nn.Conv2d(_CHANNELS, _CHANNELS, 1),
        nn.ReLU(),
        nn.Conv2d(_CHANNELS, 1, 1),
    )


def pixel_cnn():
    """Returns a PixelCNN of 7 blocks."""
    return nn.Sequential(
        MaskedConv2d(1, _CHANNELS, _FIRST_KERNEL_SIZE, own=False),
        *[Residual() for _ in range(_NUM_LAYERS)],
        head(),
    )


class GatedLayer(nn.Module):
    """A layer of Gated PixelCNN, without the masks that cropping spares."""

    def __init__(self, inputs, kernel_size, *, first):
        super().__init__()
        half, outputs = kernel_size // 2, 2 * _CHANNELS
        self.first = first
        self.vertical = nn.Conv2d(
            inputs,
            outputs,
            (half + 1 - first, kernel_size),
            padding=(half, half),
        )
        self.link = nn.Conv2d(outputs, outputs, 1, bias=False)
        self.horizontal = nn.Conv2d(
            inputs, outputs, (1, half + 1 - first), padding=(0, half)
        )
        self.output = nn.Conv2d(_CHANNELS, outputs, 1)

    def forward(self, vertical, horizontal):
        height, width = vertical.shape[-2:]
        above = self.vertical(vertical)[:, :, :height]
        row = self.horizontal(horizontal)[..., :width]
        y = self.output(gated(row + self.link(above)))
        residual, skip = y.chunk(2, 1)
        if not self.first:
            residual = horizontal + residual
        return gated(above), residual, skip


def gated(x):
    """Returns `tanh(f) * sigmoid(g)` of the two halves of the channels."""
    f, g = x.chunk(2, 1)
    return torch.tanh(f) * torch.sigmoid(g)


class GatedPixelCNN(nn.Module):
    """A Gated PixelCNN of 7 layers."""

    def __init__(self):
        super().__init__()
        later = [
            GatedLayer(_CHANNELS, _KERNEL_SIZE, first=False)
            for _ in range(_NUM_LAYERS - 1)
        ]
        self.layers = nn.ModuleList(
            [GatedLayer(1, _FIRST_KERNEL_SIZE, first=True), *later]
        )
        self.head = head()

    def forward(self, x):
        vertical = horizontal = x
        total = 0.0
        for layer in self.layers:
            vertical, horizontal, skip = layer(vertical, horizontal)
            total = total + skip
        return self.head(total)


NETWORKS = {"PixelCNN-7x64": pixel_cnn, "GatedPixelCNN-7x64": GatedPixelCNN}


def images_per_second(name, batch_size, steps, *, bfloat16):
    """Returns images a second of training with Adam, after 5 steps."""
    network = NETWORKS[name]()
    optimizer = torch.optim.Adam(network.parameters(), 1e-3)
    images = torch.bernoulli(torch.full((batch_size, 1, 28, 28), 0.3))

    def step():
        optimizer.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled=bfloat16):
            logits = network(images)
        loss = functional.binary_cross_entropy_with_logits(
            logits.float(), images, reduction="sum"
        )
        (loss / batch_size).backward()
        optimizer.step()

    for _ in range(5):
        step()
    start = time.perf_counter()
    for _ in range(steps):
        step()
    return batch_size * steps / (time.perf_counter() - start)
