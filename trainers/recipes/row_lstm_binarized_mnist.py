"""Row LSTM on binarized MNIST.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Sec. 3.1.
    It does not give the size of its Row LSTM on MNIST, nor learning rates.
Published: 80.54 nats (van den Oord et al. 2016a, Table 4).
Command: tfar train row_lstm_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="row_lstm_binarized_mnist",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=80.54,
        source="van den Oord et al. 2016a, Table 4",
    ),
    dataset="binarized_mnist",
    model="PixelRNN",
    model_options={
        "recurrence": "row_lstm",
        "units": 32,
        "num_layers": 3,
        "first_kernel_size": 13,
    },
    learning_rate=6e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.02,
    weight_decay=0.05,
    ema_momentum=0.999,
    batch_size=20,
    epochs=21,
    max_seconds=9000.0,
    jit_compile=True,
)
