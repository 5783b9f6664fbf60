"""MADE on binarized MNIST in under five minutes on two CPU cores.

The first recipe to run: small enough to finish while you watch, good enough
that its samples look like digits.

Paper: Germain et al., "MADE: Masked Autoencoder for Distribution Estimation",
    ICML 2015, Sec. 6.2.
Published: 88.40 nats with one hidden layer of 8000 units and one mask, Table
    6; about 94.5 with 500 units, Fig. 2.
Command: tfar train made_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="made_binarized_mnist",
    paper="Germain et al. 2015",
    published=Published(
        value=94.50, source="Germain et al. 2015, read off Fig. 2, 500 units"
    ),
    dataset="binarized_mnist",
    model="MADE",
    model_options={"units": (500,), "ordering": "natural", "direct": True},
    learning_rate=1e-3,
    ema_momentum=0.999,
    batch_size=100,
    epochs=20,
    jit_compile=True,
)
