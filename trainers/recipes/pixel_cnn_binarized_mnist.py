"""PixelCNN on binarized MNIST, in 20 minutes on two cores.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Table 1.
Published: 81.30 nats on the 10,000 test images (Table 4); the configuration
    is not stated.
Cost: 20 minutes on two CPU cores.
Command: tfar train pixel_cnn_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="pixel_cnn_binarized_mnist",
    paper="van den Oord et al. 2016a",
    published=Published(
        value=81.30,
        source="van den Oord et al. 2016a, Table 4",
    ),
    dataset="binarized_mnist",
    model="PixelCNN",
    model_options={"filters": 32, "num_blocks": 7, "head_filters": 64},
    learning_rate=2e-3,
    warmup_steps=100,
    ema_momentum=0.999,
    batch_size=50,
    epochs=10,
    precision="mixed_bfloat16",
)
