"""NADE on six binary UCI sets, in a fixed random order.

Paper: Larochelle and Murray, "The Neural Autoregressive Distribution
    Estimator", AISTATS 2011, Table 1; the figures in nats are those of
    Germain et al. 2015, Table 4.
Published: adult 13.19; connect4 11.99; dna 84.81; mushrooms 9.81; nips_0_12
    273.08; ocr_letters 27.22 nats.
Command: tfar train nade_binary_uci, or one of them: tfar train nade_adult
"""

from typing import Any

from ..published import Published
from ..recipe import Recipe

# The figures, and half the widths of their 95% intervals, which the paper of
# 2011 gives.
_PUBLISHED = {
    "adult": (13.19, 0.05),
    "connect4": (11.99, 0.01),
    "dna": (84.81, 0.57),
    "mushrooms": (9.81, 0.04),
    "nips_0_12": (273.08, 1.11),
    "ocr_letters": (27.22, 0.21),
}

_WIDE = {"units": 500, "ordering": "random"}

# Validation chose between the paper's sigmoid units and rectified ones, and the
# weight decay, which is large for the two sets of less than 1500 examples.
_SETTINGS: dict[str, dict[str, Any]] = {
    "adult": {
        "model_options": {**_WIDE, "activation": "sigmoid"},
        "learning_rate": 5e-3,
        "weight_decay": 0.02,
        "epochs": 40,
    },
    "connect4": {"model_options": _WIDE, "learning_rate": 5e-3, "epochs": 25},
    "dna": {
        "model_options": {**_WIDE, "units": 200},
        "learning_rate": 2e-3,
        "weight_decay": 0.5,
        "epochs": 60,
        "batch_size": 20,
    },
    "mushrooms": {
        "model_options": _WIDE,
        "learning_rate": 5e-3,
        "weight_decay": 0.05,
        "ema_momentum": 0.99,
        "epochs": 60,
        "batch_size": 50,
    },
    "nips_0_12": {
        "model_options": {**_WIDE, "activation": "sigmoid"},
        "learning_rate": 1e-3,
        "weight_decay": 0.5,
        "epochs": 60,
        "batch_size": 20,
    },
    "ocr_letters": {
        "model_options": {**_WIDE, "activation": "sigmoid"},
        "learning_rate": 5e-3,
        "weight_decay": 0.02,
        "epochs": 30,
    },
}

RECIPES = [
    Recipe(
        name=f"nade_{dataset}",
        paper="Larochelle and Murray 2011",
        published=Published(
            value=nats,
            source="Germain et al. 2015, Table 4",
            interval=interval,
        ),
        dataset=dataset,
        model="NADE",
        early_stopping_patience=20,
        jit_compile=True,
        steps_per_execution=20,
        **_SETTINGS[dataset],
    )
    for dataset, (nats, interval) in _PUBLISHED.items()
]
