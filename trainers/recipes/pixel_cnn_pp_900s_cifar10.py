"""A small PixelCNN++ on CIFAR-10, as far as 900 seconds on a CPU bring it.

It is for lossless compression, beside coders of images.

Paper: Salimans et al., "PixelCNN++", 2017. One block where the paper has five,
    32 filters for 160, no dropout for so short a training.
Published: 2.92 bits/dim on the test images (Table 1), of a model 90 times as
    large, trained for days on eight GPUs.
Command: tfar train pixel_cnn_pp_900s_cifar10 --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_cnn_pp_900s_cifar10",
    paper="Salimans et al. 2017",
    published=Published(
        value=2.92,
        unit="bits_per_dim",
        source="Salimans et al. 2017, Table 1, full size",
    ),
    dataset="cifar10",
    model="PixelCNNPlusPlus",
    model_options={
        "filters": 32,
        "num_blocks": 1,
        "dropout": 0.0,
        "num_components": 5,
    },
    learning_rate=2e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.03,
    paced=True,
    ema_momentum=0.998,
    batch_size=12,
    epochs=20,
    steps_per_epoch=300,
    max_seconds=900.0,
    validation_examples=200,
    evaluation_batch_size=100,
    precision="mixed_bfloat16",
)
