"""Gated PixelCNN on 8-bit MNIST with a 256-way softmax, small.

Paper: van den Oord et al., "Conditional Image Generation with PixelCNN
    Decoders", 2016.
Published: none on this data.
Cost: 20 minutes on two CPU cores, estimated from a step's time.
Command: tfar train gated_pixel_cnn_mnist
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="gated_pixel_cnn_mnist",
    paper="van den Oord et al. 2016b",
    published="none",
    dataset="mnist",
    model="GatedPixelCNN",
    model_options={
        "distribution": "categorical",
        "filters": 32,
        "num_layers": 7,
        "kernel_size": 7,
        "head_filters": 64,
    },
    learning_rate=3e-3,
    schedule="exponential",
    final_learning_rate_fraction=0.02,
    ema_momentum=0.999,
    batch_size=50,
    epochs=4,
    precision="mixed_bfloat16",
)
