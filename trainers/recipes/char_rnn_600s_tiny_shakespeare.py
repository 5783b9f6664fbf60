"""Char-RNN, as far as 600 seconds of training on a CPU bring it.

Paper: Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks",
    2015: an LSTM of two layers.
Published: 1.47 nats a character by nanoGPT's transformer of 10 M weights on a
    GPU, 1.88 by its small one on a CPU; none by the paper on this data.
Command: tfar train char_rnn_600s_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="char_rnn_600s_tiny_shakespeare",
    paper="Karpathy 2015",
    published="none on this data; nanoGPT 1.47 nats a character (GPU)",
    dataset="tiny_shakespeare",
    dataset_options={"steps": 507, "stride": 169},
    model="CharRNN",
    model_options={
        "embedding_size": 64,
        "units": 192,
        "num_layers": 2,
        "dropout": 0.1,
    },
    learning_rate=4e-3,
    paced=True,
    warmup_steps=100,
    weight_decay=0.05,
    clipnorm=1.0,
    ema_momentum=0.995,
    precision="mixed_bfloat16",
    batch_size=16,
    epochs=18,
    steps_per_epoch=124,
    max_seconds=600.0,
    evaluation_batch_size=11,
)
