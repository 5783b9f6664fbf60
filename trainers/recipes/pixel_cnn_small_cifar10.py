"""A small PixelCNN on CIFAR-10 with a 256-way softmax, for two cores.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016.
Published: 3.14 bits/dim on the test images (Table 5), of 15 blocks of h = 128.
Cost: an hour on two CPU cores, estimated from a step's time.
Command: tfar train pixel_cnn_small_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_cnn_small_cifar10",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=3.14,
        unit="bits_per_dim",
        source="van den Oord et al. 2016a, Table 5, full size",
    ),
    dataset="cifar10",
    model="PixelCNN",
    model_options={
        "distribution": "categorical",
        "filters": 33,
        "num_blocks": 7,
        "head_filters": 96,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    ema_momentum=0.999,
    batch_size=25,
    epochs=4,
    max_seconds=3600.0,
    evaluation_batch_size=100,
    precision="mixed_bfloat16",
)
