"""WaveNet of 16-bit samples, as far as 780 seconds of training on a CPU go.

It is for lossless compression: its levels are the samples as they are, where
`wavenet_spoken_digits` has 256 of them after mu-law companding. A linear
prediction of 32 steps for each component, beside a small network that sees
companded samples, comes level with FLAC.

Paper: van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016;
    with a mixture of logistics, as in "Parallel WaveNet", 2018, and linear
    prediction, as in LPCNet, 2019.
Published: none on this data.
Command: tfar train wavenet_16bit_780s_spoken_digits --data-dir FOLDER
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="wavenet_16bit_780s_spoken_digits",
    paper="van den Oord et al. 2016",
    published="none on this data",
    dataset="spoken_digits",
    dataset_options={"steps": 1024, "num_levels": 65536},
    model="WaveNet",
    model_options={
        "distribution": "discretized_logistic_mixture",
        "num_components": 6,
        "filters": 16,
        "skip_filters": 32,
        "num_stacks": 1,
        "num_layers": 8,
        "direct_steps": 32,
        "companded_inputs": True,
    },
    learning_rate=5e-3,
    paced=True,
    warmup_steps=50,
    clipnorm=1.0,
    ema_momentum=0.98,
    batch_size=8,
    epochs=20,
    steps_per_epoch=150,
    max_seconds=780.0,
    validation_examples=48,
    evaluation_batch_size=48,
)
