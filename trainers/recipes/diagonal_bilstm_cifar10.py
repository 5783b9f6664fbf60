"""Diagonal BiLSTM of the paper's size on CIFAR-10: for an accelerator.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Table 1
    and Sec. 5: 12 layers, h = 128, RMSProp, batches of 16.
Published: 3.00 bits/dim on the test images (Table 5). The paper does not give
    its learning rate: the one below is a guess.
Cost: not run. About 6 G multiply-adds a forward pass of one image, by the
    shapes of the kernels.
Command: tfar train diagonal_bilstm_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="diagonal_bilstm_cifar10",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=3.00,
        unit="bits_per_dim",
        source="van den Oord et al. 2016a, Table 5",
    ),
    dataset="cifar10",
    model="PixelRNN",
    model_options={
        "recurrence": "diagonal_bilstm",
        "distribution": "categorical",
        "units": 128,
        "num_layers": 12,
        "skip_connections": True,
        "head_filters": 1024,
    },
    optimizer="rmsprop",
    learning_rate=0.0003,
    batch_size=16,
    epochs=60,
    precision="mixed_bfloat16",
)
