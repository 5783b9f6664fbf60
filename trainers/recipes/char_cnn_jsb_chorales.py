"""Causal convolutions on Bach's chorales as piano rolls.

The notes of a step are independent of each other, given the steps before.

Paper: Bai et al., "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling", 2018, Table 1.
Published: 8.10 nats a step by a temporal convolutional network.
Command: tfar train char_cnn_jsb_chorales --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="char_cnn_jsb_chorales",
    paper="Bai et al. 2018",
    published=Published(
        value=8.10,
        unit="nats_per_step",
        source="Bai et al. 2018, Table 1",
    ),
    dataset="jsb_chorales",
    model="CharCNN",
    model_options={
        "distribution": "bernoulli",
        "variable_length": True,
        "filters": 150,
        "kernel_size": 3,
        "dilations": (1, 2, 4),
        "dropout": 0.6,
    },
    learning_rate=5e-3,
    clipnorm=1.0,
    weight_decay=0.8,
    ema_momentum=0.99,
    batch_size=16,
    epochs=60,
    early_stopping_patience=8,
    max_seconds=1200.0,
    evaluation_batch_size=77,
)
