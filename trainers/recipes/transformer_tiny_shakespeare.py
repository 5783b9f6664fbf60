"""A Transformer on tiny Shakespeare, in two hours on two CPU cores.

Paper: Vaswani et al., "Attention Is All You Need", 2017; sizes and optimizer
    after nanoGPT's configuration for this text.
Published: 1.47 nats a character by nanoGPT's transformer of 10 M weights on a
    GPU, 1.88 by its small one on a CPU; none by the paper on this data.
Cost: two hours on two CPU cores, by its limit.
Command: tfar train transformer_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="transformer_tiny_shakespeare",
    paper="Vaswani et al. 2017",
    published="none on this data; nanoGPT 1.47 nats a character (GPU)",
    dataset="tiny_shakespeare",
    # The number of steps divides the test split. Windows begin at every 39th
    # character, because a model learns them by heart if they are always the
    # same.
    dataset_options={"steps": 507, "stride": 39},
    model="Transformer",
    model_options={
        "units": 288,
        "num_layers": 6,
        "num_heads": 6,
        "dropout": 0.25,
    },
    optimizer_options={"beta_2": 0.99},
    learning_rate=1e-3,
    warmup_steps=100,
    final_learning_rate_fraction=0.05,
    paced=True,
    weight_decay=0.1,
    global_clipnorm=1.0,
    ema_momentum=0.99,
    precision="mixed_bfloat16",
    batch_size=16,
    steps_per_epoch=200,
    epochs=25,
    max_seconds=7200.0,
    evaluation_batch_size=11,
)
