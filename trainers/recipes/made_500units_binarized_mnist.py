"""MADE with one hidden layer of 500 units and one mask, on binarized MNIST.

Paper: Germain et al., "MADE: Masked Autoencoder for Distribution Estimation",
    ICML 2015, Sec. 6.2 and Fig. 2.
Published: about 94.5 nats on the 10,000 test images, read off the figure.
Command: tfar train made_500units_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="made_500units_binarized_mnist",
    paper="Germain et al. 2015",
    published=Published(
        value=94.50,
        source="Germain et al. 2015, read off Fig. 2",
    ),
    dataset="binarized_mnist",
    model="MADE",
    model_options={"units": (500,), "ordering": "random", "direct": True},
    learning_rate=1e-3,
    ema_momentum=0.999,
    batch_size=100,
    epochs=25,
    jit_compile=True,
)
