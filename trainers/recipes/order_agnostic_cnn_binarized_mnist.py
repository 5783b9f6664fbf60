"""ConvNADE on binarized MNIST, in one hour on one CPU core.

Paper: Uria et al., "Neural Autoregressive Distribution Estimation", 2016, and
    Hoogeboom et al., "Autoregressive Diffusion Models", 2022.
Published: DeepNADE 89.17 nats under one random ordering, in Uria et al., "A
    Deep and Tractable Density Estimator", 2014.
Score: 1,000 test images under one random ordering. The images are the first of
    a permutation by NumPy's default_rng(0), as the split is sorted by digit.
Command: tfar train order_agnostic_cnn_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="order_agnostic_cnn_binarized_mnist",
    paper="Uria et al. 2016; Hoogeboom et al. 2022",
    published=Published(
        value=89.17, source="DeepNADE, one ordering: Uria et al. 2014"
    ),
    dataset="binarized_mnist",
    model="OrderAgnosticCNN",
    model_options={
        "filters": (64, 96),
        "num_blocks": 2,
        "patch_size": 2,
        "ordering": "random",
    },
    learning_rate=2e-3,
    warmup_steps=200,
    final_learning_rate_fraction=0.03,
    paced=True,
    weight_decay=0.1,
    global_clipnorm=1.0,
    ema_momentum=0.999,
    batch_size=32,
    epochs=14,
    steps_per_epoch=3000,
    max_seconds=3600.0,
    precision="mixed_bfloat16",
    # An image costs 784 passes.
    validation_examples=32,
    test_examples=1000,
    evaluation_batch_size=100,
)
