"""Gated PixelCNN on CIFAR-10: for an accelerator.

Paper: van den Oord et al., "Conditional Image Generation with PixelCNN
    Decoders", 2016, Sec. 3.1. The size is that of its ImageNet model, 20 layers
    of 384 filters of 5 x 5, batches of 128; the one on CIFAR-10 is not stated.
Published: 3.03 bits/dim on the test images (Table 1).
Cost: not run. 123 G multiply-adds a forward pass of one image, by the shapes
    of the kernels; about 3.7e16 floating-point operations an epoch.
Command: tfar train gated_pixel_cnn_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="gated_pixel_cnn_cifar10",
    paper="van den Oord et al. 2016b",
    published=Published(
        value=3.03,
        unit="bits_per_dim",
        source="van den Oord et al. 2016b, Table 1",
    ),
    dataset="cifar10",
    model="GatedPixelCNN",
    model_options={
        "distribution": "categorical",
        "filters": 384,
        "num_layers": 20,
        "kernel_size": 5,
        "head_filters": 1024,
    },
    optimizer="rmsprop",
    learning_rate=1e-4,
    batch_size=128,
    epochs=500,
    precision="mixed_bfloat16",
)
