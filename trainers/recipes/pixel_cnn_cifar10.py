"""PixelCNN of the paper's size on CIFAR-10: for an accelerator.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Table 1
    and Sec. 5: 15 blocks, h = 128, RMSProp, batches of 16.
Published: 3.14 bits/dim on the test images (Table 5). The paper does not give
    its learning rate: the one below is a guess.
Cost: not run. 3.6 G multiply-adds a forward pass of one image, by the shapes
    of the kernels; about 2.2e17 floating-point operations for ten epochs.
Command: tfar train pixel_cnn_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_cnn_cifar10",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=3.14,
        unit="bits_per_dim",
        source="van den Oord et al. 2016a, Table 5",
    ),
    dataset="cifar10",
    model="PixelCNN",
    model_options={
        "distribution": "categorical",
        "filters": 128,
        "num_blocks": 15,
        "head_filters": 1024,
    },
    optimizer="rmsprop",
    learning_rate=3e-4,
    batch_size=16,
    epochs=60,
    precision="mixed_bfloat16",
)
