"""N-gram MLP on the characters of tiny Shakespeare.

Paper: Bengio et al., "A Neural Probabilistic Language Model", 2003.
Published: 1.47 nats a character by nanoGPT's transformer of 10 M weights on a
    GPU, 1.88 by its small one on a CPU; none by the paper on this data.
Command: tfar train ngram_mlp_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="ngram_mlp_tiny_shakespeare",
    paper="Bengio et al. 2003",
    published="none on this data; nanoGPT 1.47 nats a character (GPU)",
    dataset="tiny_shakespeare",
    dataset_options={"steps": 780, "stride": 156},
    model="NGramMLP",
    model_options={
        "embedding_size": 32,
        "order": 12,
        "units": 512,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    weight_decay=0.01,
    clipnorm=1.0,
    ema_momentum=0.99,
    batch_size=21,
    epochs=3,
    max_seconds=1800.0,
    evaluation_batch_size=11,
)
