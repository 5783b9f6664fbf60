"""Causal convolutions on the Nottingham tunes as piano rolls.

The notes of a step are independent of each other, given the steps before.

Paper: Bai et al., "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling", 2018, Table 1.
Published: 3.07 nats a step by a temporal convolutional network.
Command: tfar train char_cnn_nottingham --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="char_cnn_nottingham",
    paper="Bai et al. 2018",
    published=Published(
        value=3.07,
        unit="nats_per_step",
        source="Bai et al. 2018, Table 1",
    ),
    dataset="nottingham",
    # Longer tunes, one in twenty, are scored in pieces of this length.
    dataset_options={"steps": 512},
    model="CharCNN",
    model_options={
        "distribution": "bernoulli",
        "variable_length": True,
        "filters": 150,
        "kernel_size": 3,
        "dilations": (1, 2, 4, 8, 16),
        "dropout": 0.4,
    },
    learning_rate=3e-3,
    clipnorm=1.0,
    weight_decay=0.005,
    ema_momentum=0.99,
    batch_size=8,
    epochs=30,
    early_stopping_patience=10,
    max_seconds=3600.0,
    evaluation_batch_size=32,
)
