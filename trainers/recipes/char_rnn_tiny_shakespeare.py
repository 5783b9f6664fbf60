"""Char-RNN, two LSTM layers, on tiny Shakespeare.

Paper: Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks",
    2015: an LSTM of two layers.
Published: 1.47 nats a character by nanoGPT's transformer of 10 M weights on a
    GPU, 1.88 by its small one on a CPU; none by the paper on this data.
Command: tfar train char_rnn_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="char_rnn_tiny_shakespeare",
    paper="Karpathy 2015",
    published="none on this data; nanoGPT 1.47 nats a character (GPU)",
    dataset="tiny_shakespeare",
    dataset_options={"steps": 507, "stride": 169},
    model="CharRNN",
    model_options={
        "embedding_size": 64,
        "units": 512,
        "num_layers": 2,
        "dropout": 0.35,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    weight_decay=0.05,
    clipnorm=1.0,
    ema_momentum=0.995,
    precision="mixed_bfloat16",
    batch_size=8,
    epochs=6,
    max_seconds=5400.0,
    evaluation_batch_size=11,
)
