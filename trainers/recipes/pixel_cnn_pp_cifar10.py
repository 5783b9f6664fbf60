"""PixelCNN++ of the authors' size on CIFAR-10: for an accelerator.

Paper: Salimans et al., "PixelCNN++", 2017, Sec. 3, with the settings of the
    authors' code: 160 filters, 5 blocks, 10 logistics, dropout 0.5, Adam with
    0.999995 a step, averages of 0.9995. 53.7 M parameters (53 M published).
Published: 2.92 bits/dim on the test images (Table 1).
Cost: not run. 24.4 G multiply-adds a forward pass of one image, by the shapes
    of the kernels, or 7.3e15 floating-point operations an epoch of 50,000:
    5,000 epochs are 3.7e19, two weeks at a sustained 3e13 a second.
Command: tfar train pixel_cnn_pp_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_cnn_pp_cifar10",
    paper="Salimans et al. 2017",
    published=Published(
        value=2.92,
        unit="bits_per_dim",
        source="Salimans et al. 2017, Table 1",
    ),
    dataset="cifar10",
    model="PixelCNNPlusPlus",
    learning_rate=1e-3,
    optimizer_options={"beta_1": 0.95, "beta_2": 0.9995},
    schedule="exponential",
    # The rate falls by 0.999995 a step, over 5,000 epochs of 351 steps.
    final_learning_rate_fraction=1.5e-4,
    ema_momentum=0.9995,
    batch_size=128,
    epochs=5000,
    precision="mixed_bfloat16",
)
