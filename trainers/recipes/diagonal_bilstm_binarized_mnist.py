"""Diagonal BiLSTM, 1 layer of 32, on binarized MNIST, in two and a half hours.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Sec. 3.3
    and Table 4: 1 layer, h = 32. Learning rates are not given.
Published: 80.75 nats (van den Oord et al. 2016a, Table 4).
Command: tfar train diagonal_bilstm_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="diagonal_bilstm_binarized_mnist",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=80.75,
        source="van den Oord et al. 2016a, Table 4",
    ),
    dataset="binarized_mnist",
    model="PixelRNN",
    model_options={
        "recurrence": "diagonal_bilstm",
        "units": 32,
        "num_layers": 1,
        "head_filters": 32,
    },
    learning_rate=6e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.02,
    ema_momentum=0.999,
    batch_size=20,
    epochs=21,
    max_seconds=9000.0,
    jit_compile=True,
)
