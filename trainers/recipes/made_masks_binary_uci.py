"""MADE on six binary UCI sets: a mixture of masks.

Paper: Germain et al., "MADE: Masked Autoencoder for Distribution Estimation",
    ICML 2015, Table 4, with mask sampling. For nips_0_12 the figure is that of
    its supplement; the table has 277.28.
Published: adult 13.13; connect4 11.90; dna 79.66; mushrooms 9.69; nips_0_12
    275.92; ocr_letters 30.04 nats.
Command: tfar train made_masks_binary_uci --data-dir FOLDER, or one of them:
    tfar train made_masks_dna --data-dir FOLDER
"""

from typing import Any

from ..published import Published
from ..recipe import Recipe

_TABLE = "Germain et al. 2015, Table 4"

_PUBLISHED = {
    "adult": Published(value=13.13, source=_TABLE, interval=0.05),
    "connect4": Published(value=11.90, source=_TABLE, interval=0.01),
    "dna": Published(value=79.66, source=_TABLE, interval=0.63),
    "mushrooms": Published(value=9.69, source=_TABLE, interval=0.03),
    "nips_0_12": Published(
        value=275.92, source="Germain et al. 2015, supplement", interval=1.01
    ),
    "ocr_letters": Published(value=30.04, source=_TABLE, interval=0.22),
}

_RANDOM = {"ordering": "random", "direct": True, "order_agnostic": True}

# In the order of their files, the features of some sets are groups of which one
# is 1. Validation prefers this order there to random ones, which the paper has;
# on connect4 it was asked about a single mask.
_NATURAL = {"ordering": "natural", "direct": True, "order_agnostic": False}

# The paper chooses the number of masks by validation too, among 1, 8, 16, 32
# and as many as there are updates, which it scores as a mixture of 1,000.
_SETTINGS: dict[str, dict[str, Any]] = {
    # Validation chose this order rather than random ones, the number of masks,
    # between two, and the weight decay, among three.
    "adult": {
        "model_options": {
            **_NATURAL,
            "num_masks": 8,
            "units": (500,),
            "activation": "tanh",
        },
        "learning_rate": 5e-3,
        "weight_decay": 0.1,
        "ema_momentum": 0.998,
        "batch_size": 50,
        "epochs": 10,
        "steps_per_epoch": 1000,
    },
    # No other setting was tried: this is that of a single mask.
    "connect4": {
        "model_options": {**_NATURAL, "num_masks": 8, "units": (500,)},
        "optimizer": "sgd",
        "learning_rate": 0.1,
        "batch_size": 50,
        "epochs": 8,
        "steps_per_epoch": 2400,
    },
    # Validation chose among nine settings, of 16 to 128 masks.
    "dna": {
        "model_options": {**_RANDOM, "num_masks": 128, "units": (500,)},
        "learning_rate": 1e-2,
        "weight_decay": 0.1,
        "ema_momentum": 0.995,
        "batch_size": 20,
        # A score is 128 times as much work as one of a single mask.
        "epochs": 4,
        "steps_per_epoch": 2800,
    },
    # Validation chose among three settings.
    "mushrooms": {
        "model_options": {**_RANDOM, "num_masks": 16, "units": (500,)},
        "learning_rate": 5e-3,
        "weight_decay": 0.03,
        "ema_momentum": 0.998,
        "epochs": 600,
        "batch_size": 50,
    },
    # Validation chose between two settings.
    "nips_0_12": {
        "model_options": {**_RANDOM, "num_masks": 16, "units": (100,)},
        "optimizer": "sgd",
        "learning_rate": 2e-3,
        "epochs": 90,
        "batch_size": 20,
    },
    # Validation chose between an order of its own for each mask and one random
    # order for all.
    "ocr_letters": {
        "model_options": {
            **_RANDOM,
            "order_agnostic": False,
            "num_masks": 8,
            "units": (500,),
        },
        "learning_rate": 3e-3,
        "epochs": 6,
        "steps_per_epoch": 2400,
    },
}


RECIPES = [
    Recipe(
        name=f"made_masks_{dataset}",
        paper="Germain et al. 2015",
        published=published,
        dataset=dataset,
        model="MADE",
        early_stopping_patience=20,
        steps_per_execution=20,
        **_SETTINGS[dataset],
    )
    for dataset, published in _PUBLISHED.items()
]
