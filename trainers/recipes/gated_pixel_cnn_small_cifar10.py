"""A small Gated PixelCNN on CIFAR-10 with a 256-way softmax, for two cores.

Paper: van den Oord et al., "Conditional Image Generation with PixelCNN
    Decoders", 2016.
Published: 3.03 bits/dim on the test images (Table 1), of a far larger model.
Cost: an hour on two CPU cores, estimated from a step's time.
Command: tfar train gated_pixel_cnn_small_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="gated_pixel_cnn_small_cifar10",
    paper="van den Oord et al. 2016b",
    published=Published(
        value=3.03,
        unit="bits_per_dim",
        source="van den Oord et al. 2016b, Table 1, full size",
    ),
    dataset="cifar10",
    model="GatedPixelCNN",
    model_options={
        "distribution": "categorical",
        "filters": 33,
        "num_layers": 7,
        "head_filters": 96,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    ema_momentum=0.999,
    batch_size=25,
    epochs=3,
    max_seconds=3600.0,
    evaluation_batch_size=100,
    precision="mixed_bfloat16",
)
