"""An LSTM on Bach's chorales as piano rolls.

The notes of a step are independent of each other, given the steps before.

Paper: Bai et al., "An Empirical Evaluation of Generic Convolutional and
    Recurrent Networks for Sequence Modeling", 2018, Table 1.
Published: 8.45 nats a step by an LSTM.
Command: tfar train char_rnn_jsb_chorales --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="char_rnn_jsb_chorales",
    paper="Bai et al. 2018",
    published=Published(
        value=8.45,
        unit="nats_per_step",
        source="Bai et al. 2018, Table 1",
    ),
    dataset="jsb_chorales",
    model="CharRNN",
    model_options={
        "distribution": "bernoulli",
        "variable_length": True,
        "units": 200,
        "num_layers": 1,
        "dropout": 0.5,
    },
    learning_rate=5e-3,
    clipnorm=1.0,
    weight_decay=0.01,
    ema_momentum=0.99,
    batch_size=16,
    epochs=150,
    early_stopping_patience=30,
    max_seconds=1200.0,
    evaluation_batch_size=77,
)
