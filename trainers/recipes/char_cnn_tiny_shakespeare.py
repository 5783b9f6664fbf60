"""Char-CNN, gated causal convolutions, on tiny Shakespeare.

Paper: Bai et al., "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling", 2018.
Published: 1.47 nats a character by nanoGPT's transformer of 10 M weights on a
    GPU, 1.88 by its small one on a CPU; none by the paper on this data.
Command: tfar train char_cnn_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="char_cnn_tiny_shakespeare",
    paper="Bai et al. 2018",
    published="none on this data; nanoGPT 1.47 nats a character (GPU)",
    dataset="tiny_shakespeare",
    dataset_options={"steps": 1690, "stride": 338},
    model="CharCNN",
    model_options={
        "embedding_size": 64,
        "filters": 256,
        "dilations": (1, 2, 4, 8, 16, 32),
        "dropout": 0.4,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    weight_decay=0.1,
    clipnorm=1.0,
    ema_momentum=0.995,
    precision="mixed_bfloat16",
    batch_size=4,
    epochs=5,
    max_seconds=5400.0,
    evaluation_batch_size=6,
)
