"""A small multi-scale PixelRNN on CIFAR-10, for two cores.

Paper: van den Oord et al., "Pixel Recurrent Neural Networks", 2016, Sec. 3.6.
Published: none on this data.
Cost: an hour on two CPU cores (estimate).
Command: tfar train multi_scale_pixel_rnn_small_cifar10
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="multi_scale_pixel_rnn_small_cifar10",
    paper="van den Oord et al. 2016a",
    published="none on this data",
    dataset="cifar10",
    model="MultiScalePixelRNN",
    model_options={
        "scale": 2,
        "recurrence": "row_lstm",
        "distribution": "discretized_logistic_mixture",
        "num_components": 5,
        "units": 32,
        "num_layers": 2,
    },
    learning_rate=0.002,
    warmup_steps=100,
    ema_momentum=0.999,
    batch_size=25,
    epochs=3,
    max_seconds=3600.0,
    evaluation_batch_size=100,
    jit_compile=True,
)
