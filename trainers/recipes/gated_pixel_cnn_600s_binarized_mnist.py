"""Gated PixelCNN, as far as 600 seconds of training on a CPU bring it.

Paper: van den Oord et al., "Conditional Image Generation with PixelCNN
    Decoders", 2016.
Published: 80.10 nats of a Gated PixelCNN by Gulrajani et al., "PixelVAE: A
    Latent Variable Model for Natural Images", 2017, Table 1; none on this data
    by the authors.
Command: tfar train gated_pixel_cnn_600s_binarized_mnist
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="gated_pixel_cnn_600s_binarized_mnist",
    paper="van den Oord et al. 2016b",
    published=Published(value=80.10, source="Gulrajani et al. 2017, Table 1"),
    dataset="binarized_mnist",
    model="GatedPixelCNN",
    model_options={
        "filters": 32,
        "num_layers": 7,
        "first_kernel_size": 13,
        "kernel_size": 7,
        "head_filters": 64,
    },
    learning_rate=3e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.03,
    weight_decay=0.2,
    ema_momentum=0.998,
    batch_size=20,
    epochs=2,
    max_seconds=600.0,
    precision="mixed_bfloat16",
)
