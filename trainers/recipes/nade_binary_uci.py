"""NADE on six binary UCI sets: 500 hidden units, fixed order.

Paper: Larochelle and Murray, "The Neural Autoregressive Distribution
    Estimator", AISTATS 2011, Table 1; the figures in nats are those of
    Germain et al. 2015, Table 4.
Published: adult 13.19; connect4 11.99; dna 84.81; mushrooms 9.81; nips_0_12
    273.08; ocr_letters 27.22 nats.
Measured: not run yet.
Cost: not run yet.
Command: tfar train nade_binary_uci, or one of them: tfar train nade_adult
"""

from ..recipe import Recipe

_PUBLISHED = {
    "adult": 13.19,
    "connect4": 11.99,
    "dna": 84.81,
    "mushrooms": 9.81,
    "nips_0_12": 273.08,
    "ocr_letters": 27.22,
}

RECIPES = [
    Recipe(
        name=f"nade_{dataset}",
        paper="Larochelle and Murray 2011",
        published=f"{nats:.2f} nats (Germain et al. 2015, Table 4)",
        measured="not run yet",
        cost="not run yet",
        dataset=dataset,
        model="NADE",
        model_options={"units": 500, "ordering": "random"},
        learning_rate=1e-3,
        batch_size=100,
        epochs=500,
        early_stopping_patience=30,
        jit_compile=True,
    )
    for dataset, nats in _PUBLISHED.items()
]
