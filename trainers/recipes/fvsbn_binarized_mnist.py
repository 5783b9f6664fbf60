"""FVSBN on binarized MNIST: every pixel a logistic regression on earlier ones.

Paper: Larochelle and Murray, "The Neural Autoregressive Distribution
    Estimator", AISTATS 2011, Sec. 6.2, which trains it as a baseline.
Published: 97.45 nats on the 10,000 test images.
Command: tfar train fvsbn_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="fvsbn_binarized_mnist",
    paper="Larochelle and Murray 2011",
    published=Published(
        value=97.45,
        source="Larochelle and Murray 2011, Sec. 6.2",
    ),
    dataset="binarized_mnist",
    model="FVSBN",
    model_options={"ordering": "random"},
    learning_rate=5e-3,
    weight_decay=0.01,
    ema_momentum=0.9995,
    batch_size=100,
    epochs=25,
    jit_compile=True,
)
