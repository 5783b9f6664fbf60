"""WaveNet of 16-bit samples, as far as 600 seconds of training on a CPU go.

It is for lossless compression: its levels are the samples as they are, where
`wavenet_spoken_digits` has 256 of them after mu-law companding. FLAC predicts
better than it does after a part of the 600 seconds.

Paper: van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016;
    with a mixture of logistics, as in "Parallel WaveNet", 2018.
Published: none on this data.
Command: tfar train wavenet_16bit_600s_spoken_digits --data-dir FOLDER
"""

from ..recipe import Recipe

RECIPE = Recipe(
    name="wavenet_16bit_600s_spoken_digits",
    paper="van den Oord et al. 2016",
    published="none on this data",
    dataset="spoken_digits",
    dataset_options={"steps": 1024, "num_levels": 65536},
    model="WaveNet",
    model_options={
        "distribution": "discretized_logistic_mixture",
        "num_components": 4,
        "filters": 32,
        "skip_filters": 64,
        "num_stacks": 2,
        "num_layers": 7,
    },
    learning_rate=3e-3,
    paced=True,
    warmup_steps=100,
    clipnorm=1.0,
    ema_momentum=0.99,
    batch_size=16,
    epochs=20,
    steps_per_epoch=100,
    max_seconds=600.0,
    validation_examples=200,
    evaluation_batch_size=50,
)
