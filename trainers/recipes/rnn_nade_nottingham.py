"""RNN-NADE on the Nottingham tunes as piano rolls.

Paper: Boulanger-Lewandowski et al., "Modeling Temporal Dependencies in
    High-Dimensional Sequences", 2012.
Published: 2.31 nats a step, recalled, not checked against the paper.
Command: tfar train rnn_nade_nottingham --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="rnn_nade_nottingham",
    paper="Boulanger-Lewandowski et al. 2012",
    published=Published(
        value=2.31,
        unit="nats_per_step",
        source="recalled, not checked",
        is_checked=False,
    ),
    dataset="nottingham",
    # Longer tunes, one in twenty, are scored in pieces of this length.
    dataset_options={"steps": 512},
    model="RNNNADE",
    model_options={
        "variable_length": True,
        "units": 200,
        "num_layers": 1,
        "nade_units": 150,
        "dropout": 0.2,
    },
    learning_rate=5e-3,
    clipnorm=1.0,
    weight_decay=0.005,
    ema_momentum=0.99,
    batch_size=8,
    epochs=60,
    early_stopping_patience=10,
    max_seconds=3600.0,
    evaluation_batch_size=32,
)
