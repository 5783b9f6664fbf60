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
        "num_layers": 1,
        "first_kernel_size": 13,
        "kernel_size": 5,
        "dropout": 0.1,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    final_learning_rate_fraction=0.02,
    paced=True,
    weight_decay=0.1,
    global_clipnorm=1.0,
    ema_momentum=0.999,
    precision="mixed_bfloat16",
    batch_size=20,
    epochs=15,
    max_seconds=10_800.0,
    evaluation_batch_size=100,
)
