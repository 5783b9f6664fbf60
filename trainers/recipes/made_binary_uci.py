"""MADE on six binary UCI sets: one hidden layer of 500 units, one mask.

Paper: Germain et al., "MADE: Masked Autoencoder for Distribution Estimation",
    ICML 2015, Table 4, with a fixed mask.
Published: adult 13.12; connect4 11.90; dna 83.63; mushrooms 9.68; nips_0_12
    280.25; ocr_letters 28.34 nats.
Measured: not run yet.
Cost: not run yet.
Command: tfar train made_binary_uci, or one of them: tfar train made_adult
"""

from ..recipe import Recipe

_PUBLISHED = {
    "adult": 13.12,
    "connect4": 11.90,
    "dna": 83.63,
    "mushrooms": 9.68,
    "nips_0_12": 280.25,
    "ocr_letters": 28.34,
}

RECIPES = [
    Recipe(
        name=f"made_{dataset}",
        paper="Germain et al. 2015",
        published=f"{nats:.2f} nats (Germain et al. 2015, Table 4)",
        measured="not run yet",
        cost="not run yet",
        dataset=dataset,
        model="MADE",
        model_options={"units": (500,), "ordering": "random", "direct": True},
        learning_rate=1e-3,
        batch_size=100,
        epochs=500,
        early_stopping_patience=30,
    )
    for dataset, nats in _PUBLISHED.items()
]
