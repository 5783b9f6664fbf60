"""A Sparse Transformer of the paper's size on CIFAR-10: for an accelerator.

Paper: Child et al., "Generating Long Sequences with Sparse Transformers", 2019,
    Sec. 7.1: strided attention, 128 layers of 256 units and 2 heads, layers of
    half the usual width between, dropout 0.25, Adam at 3.5e-4, 120 epochs.
    67.4 M parameters, against 59 M there: here queries and keys are of full
    width, a stride is a row of 32 pixels in three colours, and the decay is of
    AdamW. The paper does not give the size of its batches: the one below is a
    guess.
Published: 2.80 bits/dim on the test images (Table 1).
Cost: not run. 394 G multiply-adds a forward pass of one image, as TensorFlow's
    profiler counts them in the graphs of 2 and of 4 layers, which gives those
    of 128. Gradients take twice as many, and rematerialised layers a forward
    pass more: 1.6e17 floating-point operations an epoch of 50,000, or 1.9e19
    for 120, a week at a sustained 3e13 a second.
Command: tfar train image_transformer_cifar10
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="image_transformer_cifar10",
    paper="Child et al. 2019",
    published=Published(
        value=2.80,
        unit="bits_per_dim",
        source="Child et al. 2019, Table 1",
    ),
    dataset="cifar10",
    model="ImageTransformer",
    model_options={
        "distribution": "categorical",
        "units": 256,
        "num_layers": 128,
        "num_heads": 2,
        "mlp_units": 512,
        "stride": 96,
        "dropout": 0.25,
        "rematerialise": True,
    },
    learning_rate=3.5e-4,
    warmup_steps=5000,
    weight_decay=0.01,
    global_clipnorm=1.0,
    batch_size=32,
    epochs=120,
    precision="mixed_bfloat16",
)
