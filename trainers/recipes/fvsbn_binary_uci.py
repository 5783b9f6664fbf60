"""FVSBN on six binary UCI sets: logistic autoregression.

Paper: Larochelle and Murray, "The Neural Autoregressive Distribution
    Estimator", AISTATS 2011, Table 1; the figures in nats are those of
    Germain et al. 2015, Table 4.
Published: adult 13.17; connect4 12.39; dna 83.64; mushrooms 10.27; nips_0_12
    276.88; ocr_letters 39.30 nats.
Measured: not run yet.
Cost: not run yet.
Command: tfar train fvsbn_binary_uci, or one of them: tfar train fvsbn_adult
"""

from ..recipe import Recipe

_PUBLISHED = {
    "adult": 13.17,
    "connect4": 12.39,
    "dna": 83.64,
    "mushrooms": 10.27,
    "nips_0_12": 276.88,
    "ocr_letters": 39.30,
}

RECIPES = [
    Recipe(
        name=f"fvsbn_{dataset}",
        paper="Larochelle and Murray 2011",
        published=f"{nats:.2f} nats (Germain et al. 2015, Table 4)",
        measured="not run yet",
        cost="not run yet",
        dataset=dataset,
        model="FVSBN",
        model_options={"ordering": "random"},
        learning_rate=1e-3,
        batch_size=100,
        epochs=500,
        early_stopping_patience=30,
    )
    for dataset, nats in _PUBLISHED.items()
]
