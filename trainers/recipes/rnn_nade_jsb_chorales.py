"""RNN-NADE on Bach's chorales as piano rolls.

Paper: Boulanger-Lewandowski et al., "Modeling Temporal Dependencies in
    High-Dimensional Sequences", 2012.
Published: 5.56 nats a step, recalled, not checked against the paper.
Command: tfar train rnn_nade_jsb_chorales --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="rnn_nade_jsb_chorales",
    paper="Boulanger-Lewandowski et al. 2012",
    published=Published(
        value=5.56,
        unit="nats_per_step",
        source="recalled, not checked",
        is_checked=False,
    ),
    dataset="jsb_chorales",
    model="RNNNADE",
    model_options={
        "variable_length": True,
        "units": 200,
        "num_layers": 1,
        "nade_units": 150,
        "dropout": 0.5,
    },
    learning_rate=5e-3,
    clipnorm=1.0,
    weight_decay=0.02,
    ema_momentum=0.99,
    batch_size=16,
    epochs=150,
    early_stopping_patience=30,
    max_seconds=1800.0,
    evaluation_batch_size=77,
)
