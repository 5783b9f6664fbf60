"""MADE with one hidden layer of 8000 units and one mask, on binarized MNIST.

Paper: Germain et al., "MADE: Masked Autoencoder for Distribution Estimation",
    ICML 2015, Sec. 6.2 and Table 6.
Published: 88.40 nats (95% interval 0.45) on the 10,000 test images.
Command: tfar train made_8000units_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="made_8000units_binarized_mnist",
    paper="Germain et al. 2015",
    published=Published(
        value=88.40,
        source="Germain et al. 2015, Table 6",
        interval=0.45,
    ),
    dataset="binarized_mnist",
    model="MADE",
    model_options={"units": (8000,), "ordering": "random", "direct": True},
    learning_rate=1e-3,
    weight_decay=0.05,
    ema_momentum=0.999,
    batch_size=100,
    epochs=15,
    jit_compile=True,
)
