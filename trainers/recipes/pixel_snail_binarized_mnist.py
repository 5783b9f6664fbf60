"""PixelSNAIL on binarized MNIST, in three hours on one CPU core.

Paper: Chen et al., "PixelSNAIL: An Improved Autoregressive Generative Model",
    2018.
Published: none on this data.
Cost: three hours on one CPU core, by its limit.
Command: tfar train pixel_snail_binarized_mnist
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_snail_binarized_mnist",
    paper="Chen et al. 2018",
    published="none",
    dataset="binarized_mnist",
    model="PixelSNAIL",
    model_options={
        "filters": 32,
        "num_blocks": 4,
        "num_layers": 2,
        "first_kernel_size": 13,
        "kernel_size": 5,
    },
    learning_rate=3e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.03,
    paced=True,
    weight_decay=0.2,
    global_clipnorm=1.0,
    ema_momentum=0.999,
    precision="mixed_bfloat16",
    batch_size=20,
    epochs=14,
    max_seconds=10_800.0,
    evaluation_batch_size=100,
)
