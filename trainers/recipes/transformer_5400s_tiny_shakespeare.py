"""A small Transformer on tiny Shakespeare, in 90 minutes on one CPU core.

The sizes are chosen for a processor without bfloat16: four layers of 192 see
the text nine times in that time, six layers of 288 four times.

Paper: Vaswani et al., "Attention Is All You Need", 2017; optimizer after
    nanoGPT's configuration for this text.
Published: 1.47 nats a character by nanoGPT's transformer of 10 M weights on a
    GPU, 1.88 by its small one on a CPU; none by the paper on this data.
Command: tfar train transformer_5400s_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="transformer_5400s_tiny_shakespeare",
    paper="Vaswani et al. 2017",
    published="none on this data; nanoGPT 1.88 nats a character (CPU)",
    dataset="tiny_shakespeare",
    # The number of steps divides the test split. Windows begin at every 39th
    # character, because a model learns them by heart if they are always the
    # same.
    dataset_options={"steps": 507, "stride": 39},
    model="Transformer",
    model_options={
        "units": 192,
        "num_layers": 4,
        "num_heads": 4,
        "dropout": 0.1,
    },
    optimizer_options={"beta_2": 0.99},
    learning_rate=2e-3,
    warmup_steps=100,
    final_learning_rate_fraction=0.03,
    paced=True,
    weight_decay=0.1,
    global_clipnorm=1.0,
    ema_momentum=0.99,
    batch_size=8,
    steps_per_epoch=200,
    epochs=16,
    max_seconds=5400.0,
    evaluation_batch_size=11,
)
