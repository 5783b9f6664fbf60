"""A small Diagonal BiLSTM on CIFAR-10 with a 256-way softmax, for two cores.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Sec. 3.3.
Published: 3.00 bits/dim on the test images (Table 5), of a far larger model.
Cost: an hour on two CPU cores (estimate).
Command: tfar train diagonal_bilstm_small_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="diagonal_bilstm_small_cifar10",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=3.00,
        unit="bits_per_dim",
        source="van den Oord et al. 2016a, Table 5, full size",
    ),
    dataset="cifar10",
    model="PixelRNN",
    model_options={
        "recurrence": "diagonal_bilstm",
        "distribution": "categorical",
        "units": 33,
        "num_layers": 1,
        "head_filters": 96,
    },
    learning_rate=0.002,
    warmup_steps=100,
    ema_momentum=0.999,
    batch_size=25,
    epochs=3,
    max_seconds=3600.0,
    evaluation_batch_size=100,
    jit_compile=True,
)
