"""NADE with 500 hidden units in a fixed random order, on binarized MNIST.

Paper: Larochelle and Murray, "The Neural Autoregressive Distribution
    Estimator", AISTATS 2011, Sec. 6.2.
Published: 88.86 nats on the 10,000 test images; 88.33 in Uria et al., "A Deep
    and Tractable Density Estimator", ICML 2014, Table 2.
Command: tfar train nade_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="nade_binarized_mnist",
    paper="Larochelle and Murray 2011",
    published=Published(value=88.33, source="Uria et al. 2014, Table 2"),
    dataset="binarized_mnist",
    model="NADE",
    model_options={"units": 500, "ordering": "random"},
    learning_rate=1e-3,
    weight_decay=0.1,
    ema_momentum=0.999,
    batch_size=100,
    epochs=40,
    jit_compile=True,
)
