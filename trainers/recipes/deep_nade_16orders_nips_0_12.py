"""EoNADE on NIPS 0-12: DeepNADE as a mixture of 16 random orders.

Paper: Uria, Murray and Larochelle, "A Deep and Tractable Density Estimator",
    ICML 2014, Table 1, with one hidden layer of 500 units; the figure in nats
    is that of Germain et al. 2015, Table 4.
Published: 272.39 nats.
Command: tfar train deep_nade_16orders_nips_0_12 --data-dir FOLDER
"""

from ..published import Published
from ..recipe import Recipe

RECIPE = Recipe(
    name="deep_nade_16orders_nips_0_12",
    paper="Uria et al. 2014",
    published=Published(value=272.39, source="Germain et al. 2015, Table 4"),
    dataset="nips_0_12",
    model="DeepNADE",
    # Validation chose between two settings, this one and 500 units with a
    # weight decay of 0.3, which soon fit noise.
    model_options={
        "units": (200,),
        "ordering": "random",
        "num_orderings": 16,
    },
    learning_rate=1e-3,
    weight_decay=2.0,
    ema_momentum=0.998,
    # A score takes 16 times as many passes as there are dimensions.
    epochs=2,
    steps_per_epoch=1500,
    steps_per_execution=50,
)
