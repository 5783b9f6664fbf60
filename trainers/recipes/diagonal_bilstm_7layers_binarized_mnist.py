"""Diagonal BiLSTM, 7 layers of 16, on binarized MNIST.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Sec. 3.3
    and Table 4: 7 layers, h = 16. Learning rates are not given.
Published: 79.20 nats (van den Oord et al. 2016a, Table 4).
Cost: 5 hours on two CPU cores (estimate).
Command: tfar train diagonal_bilstm_7layers_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="diagonal_bilstm_7layers_binarized_mnist",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=79.20,
        source="van den Oord et al. 2016a, Table 4",
    ),
    dataset="binarized_mnist",
    model="PixelRNN",
    model_options={
        "recurrence": "diagonal_bilstm",
        "units": 16,
        "num_layers": 7,
        "head_filters": 32,
    },
    learning_rate=6e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.02,
    ema_momentum=0.999,
    batch_size=20,
    epochs=21,
    max_seconds=18000.0,
    jit_compile=True,
)
