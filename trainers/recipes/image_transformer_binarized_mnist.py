"""An image Transformer on binarized MNIST, in three hours on two CPU cores.

Paper: Chen et al., "Generative Pretraining from Pixels", 2020.
Published: none on this data.
Cost: three hours on two CPU cores, by its limit.
Command: tfar train image_transformer_binarized_mnist
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="image_transformer_binarized_mnist",
    paper="Chen et al. 2020",
    published="none",
    dataset="binarized_mnist",
    model="ImageTransformer",
    model_options={
        "units": 64,
        "num_layers": 4,
        "num_heads": 2,
        "first_kernel_size": 7,
        "dropout": 0.0,
    },
    optimizer_options={"beta_2": 0.99},
    learning_rate=2e-3,
    warmup_steps=200,
    final_learning_rate_fraction=0.05,
    paced=True,
    weight_decay=0.1,
    global_clipnorm=1.0,
    ema_momentum=0.999,
    precision="mixed_bfloat16",
    batch_size=16,
    epochs=10,
    max_seconds=10_800.0,
    evaluation_batch_size=50,
)
