"""A small PixelCNN++ on CIFAR-10, in two hours on a CPU.

Paper: Salimans et al., "PixelCNN++", 2017. One block where the paper has five,
    40 filters for 160, no dropout for so short a training.
Published: 2.92 bits/dim on the test images (Table 1), of a model 60 times as
    large, trained for days on eight GPUs.
Command: tfar train pixel_cnn_pp_small_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_cnn_pp_small_cifar10",
    paper="Salimans et al. 2017",
    published=Published(
        value=2.92,
        unit="bits_per_dim",
        source="Salimans et al. 2017, Table 1, full size",
    ),
    dataset="cifar10",
    model="PixelCNNPlusPlus",
    model_options={"filters": 40, "num_blocks": 1, "dropout": 0.0},
    learning_rate=2e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.05,
    ema_momentum=0.999,
    batch_size=25,
    epochs=5,
    max_seconds=7200.0,
    evaluation_batch_size=100,
    precision="mixed_bfloat16",
)
