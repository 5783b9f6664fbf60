"""PixelSNAIL of the authors' size on CIFAR-10: for an accelerator.

Paper: Chen et al., "PixelSNAIL: An Improved Autoregressive Generative Model",
    2018, with the settings of the authors' code: 12 blocks of 4 gated layers
    of 256 filters and attention with keys of 16 channels, 10 logistics, dropout
    0.5, Adam with 0.999998 a step, averages of 0.9995. 61.6 M parameters: the
    model's docstring says what differs.
Published: 2.85 bits/dim on the test images.
Cost: not run. 64 G multiply-adds a forward pass of one image, as TensorFlow's
    profiler counts them in the graph of a pass, or 1.9e16 floating-point
    operations an epoch of 50,000, with twice a forward pass for gradients:
    1,000 epochs are 1.9e19, a week at a sustained 3e13 a second. The authors'
    code has a limit of 5,000 epochs.
Command: tfar train pixel_snail_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_snail_cifar10",
    paper="Chen et al. 2018",
    published=Published(
        value=2.85,
        unit="bits_per_dim",
        source="Chen et al. 2018",
    ),
    dataset="cifar10",
    model="PixelSNAIL",
    model_options={
        "filters": 256,
        "num_blocks": 12,
        "num_layers": 4,
        "attention_every": 1,
        "key_units": 16,
        "value_units": 128,
        "dropout": 0.5,
        "distribution": "discretized_logistic_mixture",
    },
    learning_rate=1e-3,
    optimizer_options={"beta_1": 0.95, "beta_2": 0.9995},
    schedule="exponential",
    # The rate falls by 0.999998 a step, over 1,000 epochs of 781 steps.
    final_learning_rate_fraction=0.21,
    ema_momentum=0.9995,
    batch_size=64,
    epochs=1000,
    precision="mixed_bfloat16",
)
