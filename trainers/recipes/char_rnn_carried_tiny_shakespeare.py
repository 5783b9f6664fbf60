"""Char-RNN on tiny Shakespeare, its states carried from batch to batch.

Rows of a batch go on where those of the batch before ended, and gradients stop
there. The network is that of `char_rnn_tiny_shakespeare`. Scoring begins anew
with every window of 260 characters.

Paper: Karpathy, "The Unreasonable Effectiveness of Recurrent Neural Networks",
    2015: truncated backpropagation through time.
Published: none by the paper on this data; nanoGPT 1.47 nats a character.
Cost: 1.5 h on one core (estimate).
Command: tfar train char_rnn_carried_tiny_shakespeare
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="char_rnn_carried_tiny_shakespeare",
    paper="Karpathy 2015",
    published="none on this data; nanoGPT 1.47 nats a character (GPU)",
    dataset="tiny_shakespeare",
    dataset_options={"steps": 260},
    model="CharRNN",
    model_options={
        "embedding_size": 64,
        "units": 512,
        "num_layers": 2,
        "dropout": 0.35,
        "carried_rows": 8,
    },
    learning_rate=2e-3,
    warmup_steps=100,
    weight_decay=0.05,
    clipnorm=1.0,
    ema_momentum=0.995,
    precision="mixed_bfloat16",
    batch_size=8,
    epochs=11,
    max_seconds=5400.0,
    evaluation_batch_size=143,
)
